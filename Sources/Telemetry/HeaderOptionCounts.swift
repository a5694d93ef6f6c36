import CTcptuneABI

/// What has become of the header options of one attachment's connections.
public struct HeaderOptionCounts: Sendable, Equatable {
    private var counters = [UInt64](repeating: 0, count: Int(TT_HDR_COUNTER_COUNT.rawValue))

    /// None of anything.
    public init() {}

    /// How many options a profile can have: telemetry, identity, delayed-ack, user-timeout, then
    /// the raw ones in their order.
    public static let optionCount = Int(TT_HDR_COUNT.rawValue)

    /// Options sent, by ``optionCount``'s order.
    public func sent(_ option: Int) -> UInt64 { self[TT_HDR_SENT, option] }
    /// Options received.
    public func received(_ option: Int) -> UInt64 { self[TT_HDR_RECEIVED, option] }
    /// Options not sent because the header had no room left, as with SACK during loss.
    public func skipped(_ option: Int) -> UInt64 { self[TT_HDR_SKIPPED, option] }

    /// Connections whose SYN offered options.
    public var offered: UInt64 { self[TT_HDR_OFFERED] }
    /// Connections whose peer speaks tcptune's option, either direction.
    public var negotiated: UInt64 { self[TT_HDR_NEGOTIATED] }
    /// Offers without an answer: the peer doesn't know the option, or a path strips it.
    public var unanswered: UInt64 { self[TT_HDR_UNANSWERED] }
    /// Connections whose SYN was sent again without options.
    public var fallbacks: UInt64 { self[TT_HDR_FALLBACKS] }
    /// Offers not made because the path had dropped them before.
    public var withheld: UInt64 { self[TT_HDR_REFUSED] }
    /// Connections that stopped sending options, since the segments kept getting lost.
    public var abandoned: UInt64 { self[TT_HDR_ABANDONED] }
    /// Hellos sent again after a SYN cookie or a full SYN.
    public var resent: UInt64 { self[TT_HDR_RESENT] }
    /// tcptune's option in a version that this one doesn't know: ignored.
    public var unknownVersion: UInt64 { self[TT_HDR_UNKNOWN_VERSION] }
    /// Options of the wrong length: ignored.
    public var malformed: UInt64 { self[TT_HDR_MALFORMED] }

    private subscript(_ counter: tt_header_counter, option: Int = 0) -> UInt64 {
        counters[Int(counter.rawValue) + option]
    }

    /// Adds what one CPU counted.
    mutating func add(cpu bytes: UnsafeRawBufferPointer) {
        for i in counters.indices {
            counters[i] &+= bytes.loadUnaligned(
                fromByteOffset: Int(TT_STATISTICS_HEADER) + i * 8, as: UInt64.self)
        }
    }

    /// Leaves what came after an earlier look.
    mutating func subtract(_ earlier: HeaderOptionCounts) {
        for i in counters.indices { counters[i] &-= earlier.counters[i] }
    }
}
