/// Socket options in the units the kernel takes; what is `nil` stays as the connection has it.
///
/// Ranges, kernel versions and caveats of each are in ``SocketOption`` and docs/profiles.md.
public struct SocketSettings: Sendable, Equatable {
    /// The congestion window a connection starts with, in segments (`TCP_BPF_IW`).
    public var initialCongestionWindow: UInt32?
    /// The congestion window's upper limit, in segments (`TCP_BPF_SNDCWND_CLAMP`).
    public var congestionWindowClamp: UInt32?
    /// The receive window offered first, in segments (`BPF_SOCK_OPS_RWND_INIT`).
    public var initialReceiveWindow: UInt32?
    /// The shortest retransmission timeout, in microseconds (`TCP_BPF_RTO_MIN`).
    public var minimumRTO: UInt32?
    /// The longest an acknowledgement is delayed, in microseconds (`TCP_BPF_DELACK_MAX`).
    public var maximumDelayedACK: UInt32?
    /// The pacing rate's upper limit, in bytes per second (`SO_MAX_PACING_RATE`).
    public var maximumPacingRate: UInt32?
    /// In bytes, before the kernel doubles it (`SO_SNDBUF`).
    public var sendBuffer: UInt32?
    /// In bytes, before the kernel doubles it (`SO_RCVBUF`).
    public var receiveBuffer: UInt32?
    /// Unsent bytes above which a socket isn't writable (`TCP_NOTSENT_LOWAT`).
    public var notSentLowWatermark: UInt32?
    /// How long data may stay unacknowledged, in milliseconds (`TCP_USER_TIMEOUT`).
    public var userTimeout: UInt32?
    /// Probes on idle connections; setting any of it switches keepalive on (`SO_KEEPALIVE`).
    public var keepalive = KeepaliveSettings()
    /// The receive window's upper limit, in bytes (`TCP_WINDOW_CLAMP`).
    public var windowClamp: UInt32?
    /// Whether small segments are sent at once, without Nagle's algorithm (`TCP_NODELAY`).
    public var noDelay: Bool?
    /// The differentiated services code point, 0 to 63 (`IP_TOS`, `IPV6_TCLASS`).
    public var dscp: UInt32?
    /// Whether to ask for ECN (RFC 3168) on top of what the host asks (`BPF_SOCK_OPS_NEEDS_ECN`).
    public var ecn: Bool?
    /// How often a SYN is retransmitted before the connection fails (`TCP_SYNCNT`).
    public var synRetries: UInt32?

    /// Settings that touch nothing.
    public init() {}

    /// Whether it touches nothing.
    public var isEmpty: Bool { self == SocketSettings() }

    /// These settings, and `base`'s where these say nothing.
    public func merged(over base: SocketSettings) -> SocketSettings {
        var result = base
        for option in SocketOption.all {
            switch option.value {
            case .number(_, let field):
                result[keyPath: field] = self[keyPath: field] ?? base[keyPath: field]
            case .flag(let field):
                result[keyPath: field] = self[keyPath: field] ?? base[keyPath: field]
            }
        }
        return result
    }
}

/// When an idle connection is probed, and when it is given up (RFC 9293, section 3.8.4).
public struct KeepaliveSettings: Sendable, Equatable {
    /// Idle time before the first probe, in seconds (`TCP_KEEPIDLE`).
    public var idle: UInt32?
    /// Time between probes, in seconds (`TCP_KEEPINTVL`).
    public var interval: UInt32?
    /// Unanswered probes after which the connection is dropped (`TCP_KEEPCNT`).
    public var count: UInt32?

    /// Settings that touch nothing.
    public init() {}

    /// Whether it touches nothing.
    public var isEmpty: Bool { self == KeepaliveSettings() }
}
