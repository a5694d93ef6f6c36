/// The 64-bit FNV-1a hash (draft-eastlake-fnv): for files and texts that nobody forges.
package enum FNV1a {
    /// The hash as 16 hexadecimal digits.
    package static func digits(_ bytes: [UInt8]) -> String {
        hexadecimal(
            bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            })
    }
}

/// As many digits as the type has.
func hexadecimal<Value: FixedWidthInteger>(_ value: Value) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: Value.bitWidth / 4 - digits.count) + digits
}
