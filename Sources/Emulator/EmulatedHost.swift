import Host

/// Which side of the bottleneck a host is on.
package enum Side: Int, Sendable, CaseIterable {
    /// Where data comes from: its packets go down.
    case left
    case right
}

/// A host of an emulated network: a network namespace with one interface and a loopback.
package struct EmulatedHost: Sendable {
    package static let interface = "link0"

    package let namespace: NetworkNamespace
    package let ipv4: String
    package let ipv6: String
}

/// Addresses of the blocks for benchmarking (RFC 2544 and RFC 6890; RFC 5180), which never clash with
/// real ones. Both sides are in one prefix, so the interface's own route leads to the other side.
struct HostAddresses {
    static let ipv4PrefixLength = 15
    static let ipv6PrefixLength = 48
    /// 198.18.0.1 and 198.19.0.1 are pair 0; the last byte is neither 0 nor 255.
    static let maximumPairs = 254

    let ipv4Bytes: [UInt8]
    let ipv6Bytes: [UInt8]
    let ipv4: String
    let ipv6: String

    init(_ side: Side, pair: Int) {
        let host = UInt8(pair + 1)
        let side = UInt8(side.rawValue)
        ipv4Bytes = [198, 18 + side, 0, host]
        ipv6Bytes =
            [0x20, 0x01, 0, 0x02, 0, 0, 0, 1 + side] + [0, 0, 0, 0, 0, 0, 0, host]
        ipv4 = "198.\(18 + side).0.\(host)"
        ipv6 = "2001:2:0:\(1 + side)::" + String(host, radix: 16)
    }
}
