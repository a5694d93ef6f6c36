import Glibc

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same seed and stream give the same numbers
/// everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// Streams of one seed don't overlap in practice.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        var mixed = SplitMix64(state: stream)
        state ^= mixed.next()
    }

    private init(state: UInt64) {
        self.state = state
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// Uniform in [0, 1).
    mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Exponentially distributed.
    mutating func exponential(mean: Double) -> Double {
        -log(1 - uniform()) * mean
    }
}
