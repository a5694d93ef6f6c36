import PlainText

/// An IPv4 or IPv6 prefix; IPv4 is kept as IPv4-mapped IPv6 (`::ffff:0:0/96`, RFC 4291).
///
/// `::/0` therefore holds every IPv4 address too.
public struct IPPrefix: Sendable, Hashable, Comparable {
    /// Why a text is no prefix.
    public struct ParseError: Error, Equatable {
        /// What is wrong.
        public let problem: String
        /// What would be right.
        public let expected: String
    }

    /// The address, the bits beyond ``length`` zero; the first byte is the most significant.
    package let address: UInt128
    /// Bits that count, of 128: an IPv4 prefix has at least 96.
    public let length: Int

    /// 16 bytes in network order.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: address >> (120 - 8 * $0)) }
    }

    /// Whether it holds IPv4 addresses only.
    public var isIPv4: Bool {
        length >= 96 && IPAddressText.isIPv4Mapped(address)
    }

    /// Reads `10.0.0.0/8`, `fd00::/8`, or an address, which stands for itself alone.
    ///
    /// - Throws: ``ParseError``, which names the right prefix where bits beyond the length are set.
    public init(_ text: String) throws(ParseError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddressText.parse(String(parts[0])) else {
            throw ParseError(
                problem: "\(Quoted(text)) is no IP prefix",
                expected: "one such as 10.0.0.0/8 or fd00::/8")
        }
        let dotted = !parts[0].contains(":")
        var length = 128
        if parts.count == 2 {
            let maximum = dotted ? 32 : 128
            guard let given = Self.parseLength(parts[1]), given <= maximum else {
                throw ParseError(
                    problem: "\(Quoted(String(parts[1]))) is no prefix length",
                    expected: "a whole number, 0 to \(maximum)")
            }
            length = dotted ? 96 + given : given
        }
        self.init(address: address, length: length)
        guard self.address == address else {
            throw ParseError(
                problem: "\(Quoted(text)) has bits set beyond its length", expected: "\(self)")
        }
    }

    /// The prefix of `length` bits that holds `address`.
    package init(address: UInt128, length: Int) {
        precondition((0...128).contains(length))
        self.address = length == 0 ? 0 : address & (UInt128.max << (128 - length))
        self.length = length
    }

    /// Whether every address of `other` is one of these.
    public func contains(_ other: IPPrefix) -> Bool {
        other.length >= length && IPPrefix(address: other.address, length: length) == self
    }

    /// By address, shorter first where it is the same.
    public static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        (left.address, left.length) < (right.address, right.length)
    }

    /// Digits without sign or leading zero.
    private static func parseLength(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy(isDigit),
            text == "0" || text.first != "0"
        else { return nil }
        return Int(text)
    }
}

extension IPPrefix: CustomStringConvertible {
    /// `10.0.0.0/8`; IPv6 as RFC 5952 recommends.
    public var description: String {
        isIPv4
            ? "\(IPAddressText.formatIPv4(UInt32(truncatingIfNeeded: address)))/\(length - 96)"
            : "\(IPAddressText.formatIPv6(address))/\(length)"
    }
}
