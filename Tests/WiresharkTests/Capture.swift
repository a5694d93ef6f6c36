import Foundation

/// A capture file of TCP segments that are nothing but their options.
struct Capture {
    /// Raw IP, in the byte order of x86 and most others.
    private(set) var file = Data()

    /// - Parameter snapLength: to how many bytes packets are cut.
    init(_ segments: [[UInt8]], overIPv6: Bool = false, snapLength: Int = 65535) {
        let linkTypeRaw: UInt32 = 101
        append(0xa1b2_c3d4 as UInt32)
        append(2 as UInt16)
        append(4 as UInt16)
        append(0 as UInt64)
        append(UInt32(snapLength))
        append(linkTypeRaw)
        for options in segments {
            let packet = Self.packet(options, overIPv6: overIPv6)
            append(0 as UInt64)
            append(UInt32(min(packet.count, snapLength)))
            append(UInt32(packet.count))
            file += packet.prefix(snapLength)
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { file += $0 }
    }

    private static func packet(_ options: [UInt8], overIPv6: Bool) -> [UInt8] {
        precondition(options.count % 4 == 0 && options.count <= 40)
        let length = UInt8(20 + options.count)
        let segment: [UInt8] =
            [0x80, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, (length / 4) << 4, 0x10, 16, 0, 0, 0, 0, 0]
            + options
        guard overIPv6 else {
            return [0x45, 0, 0, 20 + length, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
                + segment
        }
        let address: [UInt8] = [0xfd] + [UInt8](repeating: 0, count: 15)
        return [0x60, 0, 0, 0, 0, length, 6, 64] + address + address + segment
    }
}
