import BPF

/// Values whose size is known when the program runs, not when it is compiled.
extension Map {
    func store(_ value: [UInt8], at key: [UInt8]) throws(BPFError) {
        try Self.withBytes(of: key) { (key) throws(BPFError) in
            try Self.withBytes(of: value) { (value) throws(BPFError) in
                try update(key: key, value: value)
            }
        }
    }

    /// Nil: there is no such key.
    func load(at key: [UInt8]) throws(BPFError) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: info.valueSize)
        let found = try Self.withBytes(of: key) { (key) throws(BPFError) in
            try value.withUnsafeMutableBufferPointer { (value) throws(BPFError) in
                try lookup(key: key, into: UnsafeMutableRawBufferPointer(value))
            }
        }
        return found ? value : nil
    }

    private static func withBytes<R>(
        of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(BPFError) -> R
    ) throws(BPFError) -> R {
        try bytes.withUnsafeBufferPointer { (bytes) throws(BPFError) in
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}

/// A value's bytes, as the kernel has them.
func bytes(of value: some BitwiseCopyable) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}
