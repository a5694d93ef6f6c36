import CLibbpf
import Glibc
import SystemPackage

extension Map {
    /// What an update demands of the map's state.
    package enum UpdateMode: UInt64, Sendable {
        case any = 0
        /// The key is new; `.exists` otherwise.
        case insert = 1
        /// The key is there; `.notFound` otherwise.
        case replace = 2
    }

    /// Copies the value into `value`, which has `info.copiedValueSize` bytes; false: no such key.
    package func lookup(
        key: UnsafeRawBufferPointer, into value: UnsafeMutableRawBufferPointer
    ) throws(BPFError) -> Bool {
        try checkKey(key.count)
        try checkSize("value", value.count, info.copiedValueSize)
        let result = bpf_map_lookup_elem(handle.raw, key.baseAddress, value.baseAddress)
        if result == -ENOENT { return false }
        try check(result, "read the map", name)
        return true
    }

    /// Stores `value`, which has `info.copiedValueSize` bytes.
    package func update(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, mode: UpdateMode = .any
    ) throws(BPFError) {
        try checkKey(key.count)
        try checkSize("value", value.count, info.copiedValueSize)
        let result = bpf_map_update_elem(
            handle.raw, key.baseAddress, value.baseAddress, mode.rawValue)
        // Full is E2BIG for a hash or an array, ENOSPC for a trie.
        try check(result == -E2BIG ? -ENOSPC : result, "write the map", name)
    }

    /// False: no such key.
    @discardableResult
    package func remove(key: UnsafeRawBufferPointer) throws(BPFError) -> Bool {
        try checkKey(key.count)
        let result = bpf_map_delete_elem(handle.raw, key.baseAddress)
        if result == -ENOENT { return false }
        try check(result, otherwise: .invalidArgument, "delete from the map", name)
        return true
    }

    /// Calls `body` with every entry's key and value (`info.copiedValueSize` bytes), which are
    /// valid inside it.
    ///
    /// Reads in batches where the map type has them (kernel 5.6), else key by key. What programs
    /// insert meanwhile may be missed; what they delete may, key by key, bring back earlier keys.
    package func forEachRaw(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(BPFError) -> Void
    ) throws(BPFError) {
        if try !forEachInBatches(body) {
            try forEachKeyByKey(body)
        }
    }

    /// Bytes of a batch's buffers, more only when one entry needs more.
    private static var batchBytes: Int { 256 << 10 }

    /// False, before any call of `body`, when the map type has no batches.
    private func forEachInBatches(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(BPFError) -> Void
    ) throws(BPFError) -> Bool {
        let valueSize = info.copiedValueSize
        var capacity = max(1, min(info.maxEntries, Self.batchBytes / (info.keySize + valueSize)))
        var keys = RawMemory(byteCount: capacity * info.keySize)
        var values = RawMemory(byteCount: capacity * valueSize)
        // The place to go on from: a bucket's number or a key.
        let position = RawMemory(byteCount: max(info.keySize, 8))
        var hasPosition = false
        while true {
            var count = UInt32(capacity)
            let result = bpf_map_lookup_batch(
                handle.raw, hasPosition ? position.base : nil, position.base, keys.base,
                values.base, &count, nil)
            switch result {
            case 0, -ENOENT:
                for index in 0..<Int(count) {
                    try body(
                        keys.slice(at: index * info.keySize, count: info.keySize),
                        values.slice(at: index * valueSize, count: valueSize))
                }
                if result == -ENOENT { return true }
                hasPosition = true
            case -ENOSPC:
                // A bucket of the hash has more entries than fit.
                capacity *= 2
                keys = RawMemory(byteCount: capacity * info.keySize)
                values = RawMemory(byteCount: capacity * valueSize)
            case -Errno.notSupportedByKernel.rawValue, -EOPNOTSUPP, -EINVAL:
                if !hasPosition { return false }
                try check(result, "read the map", name)
            default:
                try check(result, "read the map", name)
            }
        }
    }

    private func forEachKeyByKey(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(BPFError) -> Void
    ) throws(BPFError) {
        let key = RawMemory(byteCount: info.keySize)
        let value = RawMemory(byteCount: info.copiedValueSize)
        var hasKey = false
        while true {
            let result = bpf_map_get_next_key(handle.raw, hasKey ? key.base : nil, key.base)
            if result == -ENOENT { return }
            try check(result, "read the keys of the map", name)
            hasKey = true
            // Deleted since: not an entry any more.
            if try lookup(key: key.bytes, into: value.mutableBytes) {
                try body(key.bytes, value.bytes)
            }
        }
    }

    /// Throws when keys or values have other sizes than somebody expects who reads them by offset.
    package func require(keySize: Int, valueSize: Int) throws(BPFError) {
        try checkKey(keySize)
        try checkSize("value", valueSize, info.valueSize)
    }

    func checkKey(_ count: Int) throws(BPFError) {
        try checkSize("key", count, info.keySize)
    }

    func checkSize(_ what: String, _ given: Int, _ expected: Int) throws(BPFError) {
        guard given == expected else {
            throw BPFError(
                .invalidArgument, what: "use a \(what) of \(given) bytes", subject: name,
                hint: "the map's \(what) has \(expected) bytes")
        }
    }
}

/// Memory for what the kernel copies, aligned for any value.
struct RawMemory: ~Copyable {
    let mutableBytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        mutableBytes = .allocate(byteCount: byteCount, alignment: 16)
        // A key's or value's padding that the kernel doesn't write.
        mutableBytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        mutableBytes.deallocate()
    }

    var base: UnsafeMutableRawPointer? { mutableBytes.baseAddress }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(mutableBytes) }

    func slice(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}
