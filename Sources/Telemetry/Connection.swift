import CTcptuneABI

/// An open connection of an attachment, as it was when it was looked at.
public struct Connection: Sendable {
    private let record: tt_connection_record

    init(_ record: tt_connection_record) {
        self.record = record
    }

    /// The attachment's key.
    package var attachment: UInt64 { record.attachment }
    /// The kernel's cookie of the socket: unique on this boot.
    public var cookie: UInt64 { record.cookie }
    /// When it was opened, or taken over: nanoseconds of CLOCK_MONOTONIC.
    public var openedAt: UInt64 { record.opened_ns }
    /// The kernel's id of the socket's cgroup.
    public var cgroupID: UInt64 { record.cgroup }
    /// The inode number of its network namespace.
    public var networkNamespace: UInt32 { record.netns }
    /// Index of its rule, from 1; 0: no rule matched.
    public var rule: Int { Int(record.rule) }
    /// Whether the peer opened it.
    public var isInbound: Bool { record.flags & TT_CONN_PASSIVE.rawValue != 0 }
    /// Whether it was open before the profile was applied.
    public var isAdopted: Bool { record.flags & TT_CONN_ADOPTED.rawValue != 0 }
    /// The congestion controller's name in the kernel.
    public var congestionControl: String {
        withUnsafeBytes(of: record.congestion_control) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
    /// Segments.
    public var congestionWindow: UInt32 { record.cwnd }
    /// Segments; 2^31 - 1: not set yet.
    public var slowStartThreshold: UInt32 { record.ssthresh }
    /// Segments.
    public var congestionWindowClamp: UInt32 { record.cwnd_clamp }
    /// Segments sent and neither acknowledged nor lost.
    public var inFlight: UInt32 { record.in_flight }
    /// Bytes.
    public var maximumSegmentSize: UInt32 { record.mss }
    /// Microseconds.
    public var smoothedRTT: UInt32 { record.srtt }
    /// Microseconds.
    public var rttVariation: UInt32 { record.rttvar }
    /// Microseconds.
    public var minimumRTT: UInt32 { record.min_rtt }
    /// Microseconds.
    public var retransmissionTimeout: UInt32 { record.rto }
    /// Microseconds.
    public var minimumRTO: UInt32 { record.rto_min }
    /// Microseconds.
    public var maximumDelayedACK: UInt32 { record.delack_max }
    /// Bytes/s; 0: not known yet.
    public var deliveryRate: UInt64 { record.delivery_rate }
    /// Bytes/s; nil: unlimited.
    public var pacingRate: UInt64? { record.pacing_rate == .max ? nil : record.pacing_rate }
    /// Bytes/s; nil: unlimited.
    public var maximumPacingRate: UInt64? {
        record.max_pacing_rate == .max ? nil : record.max_pacing_rate
    }
    public var bytesSent: UInt64 { record.bytes_sent }
    public var bytesAcked: UInt64 { record.bytes_acked }
    public var bytesReceived: UInt64 { record.bytes_received }
    /// Segments sent again.
    public var retransmits: UInt32 { record.retransmits }
    /// Segments marked lost.
    public var lost: UInt32 { record.lost }
    /// Whether the callbacks that count it are set; another program may have cleared them.
    public var hasCallbacks: Bool { record.cb_flags & Self.callbacks == Self.callbacks }

    /// What the other end said of itself; nil: it doesn't speak tcptune's option.
    public var peer: PeerReport? {
        hasHeaderFlag(TT_HDR_ANSWERED) ? PeerReport(record.peer) : nil
    }
    /// Header options that were offered, in ``HeaderOptionCounts/optionCount``'s order.
    public var offeredHeaderOptions: [Int] { bits(record.header_offered) }
    /// Of these, those that the peer takes beyond the handshake.
    public var negotiatedHeaderOptions: [Int] { bits(record.header_negotiated) }
    /// Whether the SYN was sent again without options, having had no answer.
    public var headerFellBack: Bool { hasHeaderFlag(TT_HDR_FELL_BACK) }
    /// Whether options weren't offered because the path had dropped them before.
    public var headerWithheld: Bool { hasHeaderFlag(TT_HDR_WITHHELD) }
    /// Whether no more options are sent, since the segments kept getting lost.
    public var headerAbandoned: Bool { hasHeaderFlag(TT_HDR_STOPPED) }

    private func hasHeaderFlag(_ flag: tt_header_flags) -> Bool {
        UInt32(record.header_flags) & flag.rawValue != 0
    }

    private func bits(_ mask: UInt8) -> [Int] { (0..<8).filter { mask & 1 << $0 != 0 } }

    /// BPF_SOCK_OPS_{RTO,STATE,RTT}_CB_FLAG.
    private static let callbacks: UInt8 = 1 << 0 | 1 << 2 | 1 << 3

    public var localAddress: SocketAddress {
        SocketAddress(record.local, port: record.local_port)
    }
    public var remoteAddress: SocketAddress {
        SocketAddress(record.remote, port: record.remote_port)
    }

    /// As `ss` has it.
    public var state: String {
        let names = Self.stateNames
        return Int(record.state) < names.count ? names[Int(record.state)] : String(record.state)
    }

    private static let stateNames = [
        "", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED",
        "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING",
    ]
}
