import CTcptuneABI

/// What has been counted of one attachment's connections since it was made or reset.
public struct AttachmentStatistics: Sendable, Equatable {
    /// Round-trip times in microseconds, one sample per connection and round trip.
    public var rtt = Histogram(buckets: Int(TT_STATISTICS_RTT_COUNT))
    /// Congestion windows in segments, sampled with the round-trip time.
    public var congestionWindow = Histogram(buckets: Int(TT_STATISTICS_CWND_COUNT))
    /// Delivery rates in bytes/s, sampled with the round-trip time.
    public var deliveryRate = Histogram(buckets: Int(TT_STATISTICS_RATE_COUNT))
    /// Connections by rule; index 0: no rule matched.
    public var ruleConnections = [UInt64](repeating: 0, count: Int(TT_MAX_RULES) + 1)
    /// Options that the kernel refused to set, by `tt_option`, and the last reason's errno.
    package var optionFailures = [UInt64](repeating: 0, count: Int(TT_OPT_COUNT.rawValue))
    package var optionErrno = [UInt32](repeating: 0, count: Int(TT_OPT_COUNT.rawValue))
    /// What has become of its header options.
    public var headerOptions = HeaderOptionCounts()
    private var counters = [UInt64](repeating: 0, count: Int(TT_COUNTER_COUNT.rawValue))

    /// None of anything.
    public init() {}

    subscript(_ counter: tt_counter) -> UInt64 { counters[Int(counter.rawValue)] }

    /// What was counted after an earlier look at the same attachment. Connections open and those
    /// taken over are not differences: they are as they are now.
    public func since(_ earlier: AttachmentStatistics) -> AttachmentStatistics {
        var result = self
        result.rtt.subtract(earlier.rtt)
        result.congestionWindow.subtract(earlier.congestionWindow)
        result.deliveryRate.subtract(earlier.deliveryRate)
        result.headerOptions.subtract(earlier.headerOptions)
        let lasting = [TT_ACTIVE_OPENED, TT_PASSIVE_OPENED, TT_ADOPTED, TT_CLOSED]
            .map { Int($0.rawValue) }
        for i in counters.indices where !lasting.contains(i) {
            result.counters[i] &-= earlier.counters[i]
        }
        return result
    }

    /// Adds what one CPU counted.
    mutating func add(cpu bytes: UnsafeRawBufferPointer) {
        func load(_ field: Int, _ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: field + index * 8, as: UInt64.self)
        }
        for i in counters.indices { counters[i] &+= load(Int(TT_STATISTICS_COUNTERS), i) }
        for i in ruleConnections.indices {
            ruleConnections[i] &+= load(Int(TT_STATISTICS_RULE_CONNECTIONS), i)
        }
        for i in optionFailures.indices {
            optionFailures[i] &+= load(Int(TT_STATISTICS_OPTION_FAILURES), i)
            let errno = bytes.loadUnaligned(
                fromByteOffset: Int(TT_STATISTICS_OPTION_ERRNO) + i * 4, as: UInt32.self)
            if errno != 0 { optionErrno[i] = errno }
        }
        headerOptions.add(cpu: bytes)
        rtt.add(bytes, counts: Int(TT_STATISTICS_RTT), sum: Int(TT_STATISTICS_RTT_SUM))
        congestionWindow.add(
            bytes, counts: Int(TT_STATISTICS_CWND), sum: Int(TT_STATISTICS_CWND_SUM))
        deliveryRate.add(bytes, counts: Int(TT_STATISTICS_RATE), sum: Int(TT_STATISTICS_RATE_SUM))
    }
}

/// What the counters say.
extension AttachmentStatistics {
    /// Connections made from the cgroup.
    public var activeOpened: UInt64 { self[TT_ACTIVE_OPENED] }
    /// Connections accepted in the cgroup.
    public var passiveOpened: UInt64 { self[TT_PASSIVE_OPENED] }
    /// Connections taken over when they were open already.
    public var adopted: UInt64 { self[TT_ADOPTED] }
    /// Connections that ended, or that an inner attachment took over.
    public var closed: UInt64 { self[TT_CLOSED] }
    /// Connections that were never established.
    public var failed: UInt64 { self[TT_FAILED] }
    /// Connections open now.
    public var open: UInt64 { activeOpened &+ passiveOpened &+ adopted &- closed }
    /// Connections tuned but not counted: the kernel had no memory for their state.
    public var untracked: UInt64 { self[TT_UNTRACKED] }
    /// Payload bytes sent, retransmitted ones included.
    public var bytesSent: UInt64 { self[TT_BYTES_SENT] }
    /// Payload bytes sent and acknowledged: the goodput's.
    public var bytesAcked: UInt64 { self[TT_BYTES_ACKED] }
    public var bytesReceived: UInt64 { self[TT_BYTES_RECEIVED] }
    public var bytesRetransmitted: UInt64 { self[TT_BYTES_RETRANSMITTED] }
    public var segmentsSent: UInt64 { self[TT_SEGMENTS_SENT] }
    public var segmentsReceived: UInt64 { self[TT_SEGMENTS_RECEIVED] }
    public var dataSegmentsSent: UInt64 { self[TT_DATA_SEGMENTS_SENT] }
    /// Segments sent again.
    public var retransmits: UInt64 { self[TT_RETRANSMITS] }
    /// Segments marked lost.
    public var lost: UInt64 { self[TT_LOST] }
    /// Segments delivered to the peer.
    public var delivered: UInt64 { self[TT_DELIVERED] }
    /// Of those, with an ECN congestion mark, as the peer echoed it.
    public var deliveredCE: UInt64 { self[TT_DELIVERED_CE] }
    /// Retransmission timeouts.
    public var timeouts: UInt64 { self[TT_RTOS] }
    /// Microseconds with data in flight or to send, added over connections.
    public var busyTime: UInt64 { self[TT_BUSY_TIME] }
    /// Of the busy time, microseconds held back by the peer's receive window.
    public var rwndLimitedTime: UInt64 { self[TT_RWND_LIMITED_TIME] }
    /// Of the busy time, microseconds held back by the send buffer.
    public var sndbufLimitedTime: UInt64 { self[TT_SNDBUF_LIMITED_TIME] }
    /// RTT samples that are the smoothed value, from a kernel that doesn't report measured ones.
    public var smoothedSamples: UInt64 { self[TT_RTT_SMOOTHED] }

    /// Retransmitted share of the data segments sent, 0 to 1; nil when none was sent.
    public var retransmitRate: Double? {
        dataSegmentsSent > 0 ? Double(retransmits) / Double(dataSegmentsSent) : nil
    }
}
