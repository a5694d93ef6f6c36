/// An IP address and a port; IPv4 also where the socket is an IPv6 one with a mapped address.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// 16 bytes in network order, IPv4 as `::ffff:a.b.c.d`.
    private let bytes: SIMD16<UInt8>
    public let port: UInt16

    init(_ words: (UInt32, UInt32, UInt32, UInt32), port: UInt16) {
        bytes = unsafeBitCast(words, to: SIMD16<UInt8>.self)
        self.port = port
    }

    private var isIPv4: Bool {
        bytes.lowHalf == SIMD8(repeating: 0)
            && bytes.highHalf.lowHalf == SIMD4(0, 0, 0xff, 0xff)
    }

    /// `192.0.2.1:443` or `[2001:db8::1]:443` (RFC 5952).
    public var description: String {
        isIPv4 ? ipv4 : "[\(ipv6)]:\(port)"
    }

    /// Digit by digit: tens of thousands of these are written at a time.
    private var ipv4: String {
        String(unsafeUninitializedCapacity: 21) { text in
            var end = 0
            func append(_ byte: UInt8) {
                text[end] = byte
                end += 1
            }
            func append(number: Int) {
                var scale = 1
                while number / scale >= 10 { scale *= 10 }
                while scale > 0 {
                    append(UInt8(ascii: "0") + UInt8(number / scale % 10))
                    scale /= 10
                }
            }
            for index in 12..<16 {
                append(number: Int(bytes[index]))
                append(index < 15 ? UInt8(ascii: ".") : UInt8(ascii: ":"))
            }
            append(number: Int(port))
            return end
        }
    }

    /// RFC 5952, section 4: the first longest run of at least two zero groups is left out.
    private var ipv6: String {
        let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > longest.count { longest = start..<end }
            start = max(end, start) + 1
        }
        func text(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard longest.count > 1 else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
