/// The way from the transmitter to the other end: delay, jitter, reordering and duplication.
struct Propagation: Sendable {
    /// One-way, in nanoseconds.
    var delay: Int64
    var line = DelayLine()

    private let jitter: JitterSpec?
    private let reorderThreshold: UInt64
    private let lead: Int64
    private let duplicateThreshold: UInt64
    /// When the last packet that keeps the order gets to the end of the shared way.
    private var lastArrival = Int64.min
    /// No packet is due earlier than this after it began to be sent.
    let shortestDelay: Int64

    init(_ spec: DirectionSpec) {
        delay = spec.delay
        jitter = spec.jitter
        reorderThreshold = spec.reorder?.probability.threshold ?? 0
        lead = spec.reorder?.lead ?? 0
        duplicateThreshold = spec.duplicate.threshold
        var shortest = spec.delay
        for case .delay(let delay) in spec.steps.map(\.change) { shortest = min(shortest, delay) }
        shortestDelay = max(0, shortest - max(jitter?.amplitude ?? 0, lead))
    }

    /// A packet whose last bit has left at `departure`.
    mutating func send(
        _ packet: QueuedPacket, at departure: Int64, _ decisions: Decisions,
        _ counters: inout LinkCounters
    ) {
        var arrival = departure &+ delay
        if decisions.hits(reorderThreshold, .reorder, packet.number) {
            counters.reordered &+= 1
            arrival = max(departure, arrival &- lead)
        } else {
            if let jitter {
                let offset = Double(jitter.amplitude) * decisions.uniform(.jitter, packet.number)
                arrival = max(departure, arrival &- jitter.amplitude &+ Int64(2 * offset))
            }
            if jitter?.keepsOrder ?? true { arrival = max(arrival, lastArrival) }
            lastArrival = arrival
        }
        var entry = DelayLine.Entry(
            due: arrival &+ packet.extraDelay, token: packet.token, bytes: packet.bytes,
            isMarked: packet.isMarked, isCopy: false, isExempt: false)
        if decisions.hits(duplicateThreshold, .duplicate, packet.number) {
            counters.duplicates &+= 1
            entry.isCopy = true
            line.insert(entry)
            entry.isCopy = false
        }
        line.insert(entry)
    }

    /// A packet that is only delayed.
    mutating func send(exempt packet: LinkDirection.Packet, at now: Int64) {
        line.insert(
            DelayLine.Entry(
                due: now &+ delay &+ packet.extraDelay, token: packet.token, bytes: packet.bytes,
                isMarked: false, isCopy: false, isExempt: true))
    }
}

/// A packet in the queue or the transmitter.
struct QueuedPacket: BitwiseCopyable, Sendable {
    var number: UInt64
    var arrival: Int64
    var extraDelay: Int64
    var token: Int32
    var bytes: Int32
    var isECT: Bool
    var isMarked: Bool
}
