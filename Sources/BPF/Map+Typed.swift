extension Map {
    /// The value for `key`; nil: no such key.
    package func value<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        for key: Key, as _: Value.Type = Value.self
    ) throws(BPFError) -> Value? {
        try checkNotPerCPU()
        try checkSize("value", MemoryLayout<Value>.size, info.valueSize)
        let memory = RawMemory(byteCount: info.valueSize)
        let found = try withBytes(of: key) { (key) throws(BPFError) in
            try lookup(key: key, into: memory.mutableBytes)
        }
        return found ? memory.bytes.loadUnaligned(as: Value.self) : nil
    }

    package func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, to value: Value, mode: UpdateMode = .any
    ) throws(BPFError) {
        try checkNotPerCPU()
        try withBytes(of: key) { (key) throws(BPFError) in
            try withBytes(of: value) { (value) throws(BPFError) in
                try update(key: key, value: value, mode: mode)
            }
        }
    }

    /// False: no such key.
    @discardableResult
    package func remove<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) -> Bool {
        try withBytes(of: key) { (key) throws(BPFError) in try remove(key: key) }
    }

    /// Calls `body` with every entry; `forEachRaw` says what concurrent changes do.
    package func forEach<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _: Key.Type, _: Value.Type, _ body: (Key, Value) throws(BPFError) -> Void
    ) throws(BPFError) {
        try checkNotPerCPU()
        try checkKey(MemoryLayout<Key>.size)
        try checkSize("value", MemoryLayout<Value>.size, info.valueSize)
        try forEachRaw { (key, value) throws(BPFError) in
            try body(key.loadUnaligned(as: Key.self), value.loadUnaligned(as: Value.self))
        }
    }

    /// Every key, read before the caller changes the map.
    package func keys<Key: BitwiseCopyable>(of _: Key.Type = Key.self) throws(BPFError) -> [Key] {
        try checkKey(MemoryLayout<Key>.size)
        var keys: [Key] = []
        try forEachRaw { (key, _) throws(BPFError) in
            keys.append(key.loadUnaligned(as: Key.self))
        }
        return keys
    }

    private func checkNotPerCPU() throws(BPFError) {
        if info.type.isPerCPU {
            throw BPFError(
                .invalidArgument, what: "use one value", subject: name,
                hint: "the map has a value per CPU")
        }
    }
}

// One value per possible CPU.
extension Map {
    /// The values for `key`, one per possible CPU; nil: no such key.
    package func perCPUValues<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        for key: Key, as _: Value.Type = Value.self
    ) throws(BPFError) -> [Value]? {
        try checkPerCPU(Value.self)
        return try withPerCPUValues(for: key) { split($0) }
    }

    /// Calls `body` with the values for `key`, `info.valueStride` bytes apart; nil: no such key.
    package func withPerCPUValues<Key: BitwiseCopyable, Result>(
        for key: Key, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(BPFError) -> Result? {
        let memory = RawMemory(byteCount: info.copiedValueSize)
        let found = try withBytes(of: key) { (key) throws(BPFError) in
            try lookup(key: key, into: memory.mutableBytes)
        }
        return found ? body(memory.bytes) : nil
    }

    /// Stores one value per possible CPU.
    package func updatePerCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, to values: [Value], mode: UpdateMode = .any
    ) throws(BPFError) {
        try checkPerCPU(Value.self)
        try checkSize(
            "value", values.count * info.valueStride, info.copiedValueSize)
        let memory = RawMemory(byteCount: info.copiedValueSize)
        for (cpu, value) in values.enumerated() {
            memory.mutableBytes.storeBytes(
                of: value, toByteOffset: cpu * info.valueStride, as: Value.self)
        }
        try withBytes(of: key) { (key) throws(BPFError) in
            try update(key: key, value: memory.bytes, mode: mode)
        }
    }

    /// Calls `body` with every entry's key and one value per possible CPU.
    package func forEachPerCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _: Key.Type, _: Value.Type, _ body: (Key, [Value]) throws(BPFError) -> Void
    ) throws(BPFError) {
        try checkKey(MemoryLayout<Key>.size)
        try checkPerCPU(Value.self)
        try forEachRaw { (key, values) throws(BPFError) in
            try body(key.loadUnaligned(as: Key.self), split(values))
        }
    }

    private func split<Value: BitwiseCopyable>(_ values: UnsafeRawBufferPointer) -> [Value] {
        stride(from: 0, to: values.count, by: info.valueStride).map {
            values.loadUnaligned(fromByteOffset: $0, as: Value.self)
        }
    }

    private func checkPerCPU<Value: BitwiseCopyable>(_: Value.Type) throws(BPFError) {
        guard info.type.isPerCPU else {
            throw BPFError(
                .invalidArgument, what: "use a value per CPU", subject: name,
                hint: "the map has one value")
        }
        try checkSize("value", MemoryLayout<Value>.size, info.valueSize)
    }
}

/// `withUnsafeBytes(of:_:)` with the error's type kept.
private func withBytes<Value: BitwiseCopyable, Result>(
    of value: Value, _ body: (UnsafeRawBufferPointer) throws(BPFError) -> Result
) throws(BPFError) -> Result {
    try withUnsafeBytes(of: value) { (bytes) throws(BPFError) in try body(bytes) }
}
