import CTcptuneABI

/// What the other end of a connection said of itself, in header options.
public struct PeerReport: Sendable, Equatable {
    private let record: tt_peer

    init(_ record: tt_peer) {
        self.record = record
    }

    public static func == (left: PeerReport, right: PeerReport) -> Bool {
        withUnsafeBytes(of: left.record) { left in
            withUnsafeBytes(of: right.record) { left.elementsEqual($0) }
        }
    }

    /// Who it is; a part it didn't tell is 0.
    public var identity: PeerIdentity {
        PeerIdentity(workload: record.workload, profile: record.profile)
    }
    /// When its last telemetry came, nanoseconds of CLOCK_MONOTONIC; nil: none has.
    public var heardAt: UInt64? { record.heard_ns == 0 ? nil : record.heard_ns }
    /// Its congestion window, segments; 65535: that or more.
    public var congestionWindow: UInt32 { record.cwnd }
    /// Its smoothed RTT, microseconds.
    public var smoothedRTT: UInt32 { record.srtt }
    /// Its least RTT, microseconds; nil: not known to it.
    public var minimumRTT: UInt32? { known(record.min_rtt) }
    /// Its delivery rate, bytes/s; nil: not known to it.
    public var deliveryRate: UInt64? { record.rate == 0 ? nil : record.rate }
    /// Segments that it sent again, the lowest 16 bits.
    public var retransmits: UInt32 { record.retransmits }
    /// How long its last segment with telemetry waited on its way here, microseconds above the least
    /// of the last ten to twenty seconds.
    public var delayIn: UInt32? { heardAt == nil ? nil : known(record.delay_in) }
    /// The same from here to it, as it measured; nil: not known to it.
    public var delayOut: UInt32? { heardAt == nil ? nil : known(record.delay_out) }

    private func known(_ value: UInt32) -> UInt32? { value == .max ? nil : value }
}

/// Who a peer says it is: hashes of names, of its cgroup or pod and of its profile.
public struct PeerIdentity: Sendable, Hashable {
    /// 0: not told.
    public let workload: UInt32
    /// 0: not told.
    public let profile: UInt32

    /// Whether it stands for all that found no room of their own.
    public var isRest: Bool { workload == TT_PEER_REST && profile == TT_PEER_REST }
    /// Whether it said nothing.
    public var isUnknown: Bool { workload == 0 && profile == 0 }
}
