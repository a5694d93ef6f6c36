/// Controlled delay at the head of a queue (RFC 8289).
struct CoDel: Sendable {
    /// A queue of not more than this is never above the target (RFC 8289, 4.1: one MTU).
    private static let maximumPacket = 1500

    private let parameters: CoDelParameters
    /// When the delay will have been above the target for an interval; `nil` while it is below.
    private var firstAbove: Int64?
    private var isDropping = false
    private var nextDrop: Int64 = 0
    /// Drops since dropping began, and when it last ended.
    private var count: UInt64 = 0
    private var lastCount: UInt64 = 0

    init(_ parameters: CoDelParameters) { self.parameters = parameters }

    /// For the packet at the head, asked until a packet is passed or marked (RFC 8289, 5.5).
    /// `queueBytes` is what remains behind it. `isFirst`: of this departure.
    mutating func verdict(
        sojourn: Int64, queueBytes: Int, isECT: Bool, isFirst: Bool, at now: Int64
    ) -> QueueVerdict {
        let isAbove = isStanding(sojourn: sojourn, queueBytes: queueBytes, at: now)
        guard isDropping else {
            guard isAbove, isFirst else { return .pass }
            isDropping = true
            // Takes up the rate of the last time when that isn't long ago (RFC 8289, 5.6).
            let delta = count &- lastCount
            let isRecent = now - nextDrop < 16 * parameters.interval
            count = delta > 1 && isRecent ? delta : 1
            lastCount = count
            nextDrop = controlLaw(now)
            return isECT ? .mark : .drop
        }
        guard isAbove else {
            isDropping = false
            return .pass
        }
        guard now >= nextDrop else { return .pass }
        count += 1
        nextDrop = controlLaw(nextDrop)
        return isECT ? .mark : .drop
    }

    private mutating func isStanding(sojourn: Int64, queueBytes: Int, at now: Int64) -> Bool {
        guard sojourn >= parameters.target, queueBytes > Self.maximumPacket else {
            firstAbove = nil
            return false
        }
        guard let firstAbove else {
            firstAbove = now + parameters.interval
            return false
        }
        return now >= firstAbove
    }

    private func controlLaw(_ time: Int64) -> Int64 {
        time + Int64(Double(parameters.interval) / Double(count).squareRoot())
    }
}
