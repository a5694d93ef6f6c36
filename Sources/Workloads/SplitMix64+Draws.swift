import Glibc
import Statistics

/// What a workload leaves to chance: the same seed and stream give the same numbers everywhere.
extension SplitMix64 {
    /// Streams of one seed don't overlap in practice.
    init(seed: UInt64, stream: UInt64) {
        var mixed = SplitMix64(seed: stream)
        self.init(seed: seed ^ mixed.next())
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
