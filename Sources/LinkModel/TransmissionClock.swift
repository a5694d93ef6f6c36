/// When the transmitter is free, exact to a fraction of a nanosecond, so that rates never drift.
struct TransmissionClock: Sendable {
    /// 0 is an unlimited rate.
    private var bitsPerSecond: UInt64
    /// Whole nanoseconds; `remainder / bitsPerSecond` more make the exact time.
    private var time: Int64 = 0
    private var remainder: UInt64 = 0

    /// `nil` is an unlimited rate.
    init(bitsPerSecond: Int64?) {
        self.bitsPerSecond = bitsPerSecond.map { UInt64($0) } ?? 0
    }

    /// The first whole nanosecond at which the transmitter is free.
    var freeAt: Int64 { remainder == 0 ? time : time &+ 1 }

    /// The fraction is rounded up: it was counted in parts of the old rate.
    mutating func change(bitsPerSecond: Int64) {
        time = freeAt
        remainder = 0
        self.bitsPerSecond = UInt64(bitsPerSecond)
    }

    /// Sends `bytes` as soon as the transmitter is free, but not before `earliest`. Returns the
    /// first whole nanosecond by which the last bit has left.
    mutating func send(bytes: Int32, notBefore earliest: Int64) -> Int64 {
        if earliest >= freeAt {
            time = earliest
            remainder = 0
        }
        guard bitsPerSecond > 0 else { return time }
        // At most 2^31 bytes * 8e9 + 1e12, which 64 bits hold.
        let work = UInt64(bytes) &* 8_000_000_000 &+ remainder
        let (nanoseconds, rest) = work.quotientAndRemainder(dividingBy: bitsPerSecond)
        time &+= Int64(nanoseconds)
        remainder = rest
        return freeAt
    }
}
