/// The 64-bit FNV-1a hash (draft-eastlake-fnv): for files and texts that nobody forges.
package enum FNV1a {
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// The hash as 16 hexadecimal digits.
    package static func digits(_ bytes: some Sequence<UInt8>) -> String {
        hexadecimal(hash(bytes))
    }
}

/// As many digits as the type has.
package func hexadecimal<Value: FixedWidthInteger>(_ value: Value) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: Value.bitWidth / 4 - digits.count) + digits
}
