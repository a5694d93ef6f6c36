/// The 16-bit float of header options: unsigned, m * 2^e, e in the upper five bits and m in the
/// lower eleven.
package enum HeaderOptionFloat {
    /// What stands for a value that isn't known.
    package static let unknown: UInt16 = 0xffff
    /// The largest value that can be told.
    package static let maximum: UInt64 = 2047 << 30

    /// The largest float that isn't above the value.
    package static func encode(_ value: UInt64) -> UInt16 {
        let value = min(value, maximum)
        let exponent = max(0, 53 - value.leadingZeroBitCount)
        return UInt16(exponent << 11) | UInt16(value >> exponent)
    }

    /// The value of any float, also those that ``encode(_:)`` doesn't make.
    package static func decode(_ float: UInt16) -> UInt64 {
        UInt64(float & 0x7ff) << UInt64(float >> 11)
    }
}
