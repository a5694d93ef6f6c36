/// A recorded link in mahimahi's format: each line is a millisecond at which 1500 bytes may leave.
///
/// The list repeats with its last time as the period. What isn't used of an opportunity is lost.
package struct Trace: Sendable, Equatable {
    /// What may leave at one opportunity.
    package static let opportunityBytes = 1500

    package let name: String
    /// Milliseconds, never decreasing, at least one; the last is the period and above 0.
    package let opportunities: [UInt32]

    init(name: String, opportunities: [UInt32]) {
        precondition(opportunities.last ?? 0 > 0)
        self.name = name
        self.opportunities = opportunities
    }

    /// In milliseconds.
    package var period: Int64 { Int64(opportunities[opportunities.count - 1]) }

    package var meanBitsPerSecond: Double {
        Double(opportunities.count * Self.opportunityBytes * 8) / (Double(period) / 1000)
    }
}

/// A place in the endless repetition of a trace.
struct TraceCursor: Sendable {
    private let opportunities: [UInt32]
    private let period: Int64
    private var cycle: Int64 = 0
    private var index = 0

    init(_ trace: Trace) {
        opportunities = trace.opportunities
        period = trace.period
    }

    /// Of the next opportunity, in nanoseconds.
    var time: Int64 { (cycle * period + Int64(opportunities[index])) * 1_000_000 }

    mutating func advance() {
        index += 1
        if index == opportunities.count {
            index = 0
            cycle += 1
        }
    }

    /// To the first opportunity after `now`; never back.
    mutating func skip(past now: Int64) {
        guard time <= now else { return }
        let milliseconds = now / 1_000_000
        if milliseconds / period > cycle {
            // The last of the cycle before is at the period itself: in the past, too.
            (cycle, index) = (milliseconds / period, 0)
        }
        let offset = milliseconds - cycle * period
        var end = opportunities.count
        while index < end {
            let middle = (index + end) / 2
            if Int64(opportunities[middle]) <= offset { index = middle + 1 } else { end = middle }
        }
    }
}
