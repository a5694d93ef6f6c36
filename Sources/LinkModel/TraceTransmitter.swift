/// Sends packets at a trace's opportunities; a packet leaves with its last byte.
struct TraceTransmitter: Sendable {
    private var cursor: TraceCursor
    /// What is left of the present opportunity, in bytes.
    private var budget = 0
    private var packet: QueuedPacket?
    /// Of the packet that is being sent.
    private var bytesLeft = 0

    init(_ trace: Trace) { cursor = TraceCursor(trace) }

    var isBusy: Bool { packet != nil }
    var hasBudget: Bool { budget > 0 }
    var nextOpportunity: Int64 { cursor.time }

    /// Opportunities up to `now` went by unused.
    mutating func idle(until now: Int64) { cursor.skip(past: now) }

    /// Returns the next opportunity's time when there is one by `now` and something to send.
    mutating func takeOpportunity(by now: Int64, isWanted: Bool) -> Int64? {
        let time = cursor.time
        guard time <= now, isWanted || isBusy else { return nil }
        cursor.advance()
        budget = Trace.opportunityBytes
        return time
    }

    /// Only when not busy.
    mutating func begin(_ packet: QueuedPacket) {
        self.packet = packet
        bytesLeft = Int(packet.bytes)
    }

    /// Sends what the budget allows of the packet; returns it when its last byte has left.
    mutating func send() -> QueuedPacket? {
        let sent = min(budget, bytesLeft)
        budget -= sent
        bytesLeft -= sent
        guard bytesLeft == 0 else { return nil }
        defer { packet = nil }
        return packet
    }
}
