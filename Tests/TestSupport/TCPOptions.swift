import Glibc

/// The options of a TCP socket, read back from the kernel and set.
///
/// Valid while the socket is open.
package struct TCPOptions: Sendable {
    let socket: CInt

    package var congestionControl: String {
        get throws {
            var name = [UInt8](repeating: 0, count: 16)
            var length = socklen_t(name.count)
            try call(
                "getsockopt", getsockopt(socket, Self.tcp, TCP_CONGESTION, &name, &length))
            return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    package func setCongestionControl(_ name: String) throws {
        try call(
            "cannot choose \(name)",
            setsockopt(socket, Self.tcp, TCP_CONGESTION, name, socklen_t(name.utf8.count)))
    }

    /// In bytes: what the kernel made of it, which is the double of what was asked for.
    package var sendBuffer: CInt { get throws { try get(SOL_SOCKET, SO_SNDBUF) } }
    package var receiveBuffer: CInt { get throws { try get(SOL_SOCKET, SO_RCVBUF) } }
    /// In bytes.
    package var notSentLowWatermark: UInt32 {
        get throws { try get(Self.tcp, 25, as: UInt32.self) }
    }
    /// In ms.
    package var userTimeout: CInt { get throws { try get(Self.tcp, 18) } }
    package var keepAlive: Bool { get throws { try get(SOL_SOCKET, SO_KEEPALIVE) != 0 } }
    /// In s.
    package var keepIdle: CInt { get throws { try get(Self.tcp, 4) } }
    /// In s.
    package var keepInterval: CInt { get throws { try get(Self.tcp, 5) } }
    package var keepCount: CInt { get throws { try get(Self.tcp, 6) } }
    package var synRetries: CInt { get throws { try get(Self.tcp, 7) } }
    /// In bytes.
    package var windowClamp: CInt { get throws { try get(Self.tcp, 10) } }
    /// In bytes.
    package var maximumSegment: CInt { get throws { try get(Self.tcp, 2) } }
    package var noDelay: Bool { get throws { try get(Self.tcp, 1) != 0 } }
    package var quickAcknowledgement: Bool { get throws { try get(Self.tcp, 12) != 0 } }
    /// The IPv4 type of service: DSCP in the upper six bits, ECN in the lower two.
    package var tos: CInt { get throws { try get(CInt(IPPROTO_IP), 1) } }
    /// The same of IPv6.
    package var trafficClass: CInt { get throws { try get(CInt(IPPROTO_IPV6), 67) } }
    /// In bytes/s; all ones is unlimited.
    package var maximumPacingRate: UInt64 {
        get throws { try get(SOL_SOCKET, SO_MAX_PACING_RATE, as: UInt64.self) }
    }

    private static let tcp = CInt(IPPROTO_TCP)

    /// Any option that is a number.
    package func get(_ level: CInt, _ option: CInt) throws -> CInt {
        try get(level, option, as: CInt.self)
    }

    package func get<Number: FixedWidthInteger>(
        _ level: CInt, _ option: CInt, as type: Number.Type
    ) throws -> Number {
        var value: Number = 0
        var length = socklen_t(MemoryLayout<Number>.size)
        try call(
            "getsockopt \(level), \(option)", getsockopt(socket, level, option, &value, &length))
        return value
    }

    package func set(_ level: CInt, _ option: CInt, _ value: CInt) throws {
        var value = value
        try call(
            "setsockopt \(level), \(option)",
            setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<CInt>.size)))
    }

    /// Binds the socket, for an option that comes before connecting.
    package func bind(_ address: String, port: UInt16) throws {
        try set(SOL_SOCKET, SO_REUSEADDR, 1)
        let address = try SocketAddress(address, port: port)
        try call("bind", address.withPointer { Glibc.bind(socket, $0, $1) })
    }
}
