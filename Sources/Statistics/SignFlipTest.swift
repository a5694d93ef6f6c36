/// On which side of its null distribution a statistic counts as surprising.
package enum Alternative: Sendable {
    case twoSided, greater
}

/// The randomisation test for paired data (Fisher, 1935): if nothing distinguishes the arms, each
/// difference is as likely to have the other sign.
///
/// The statistic is the differences' sum, so their mean.
package struct SignFlipTest: Sendable {
    /// Up to this many differences other than 0, all 2^n signs are counted out.
    static let exactCount = 32

    /// Draws where there are too many signs to count out.
    package var resamples: Int

    package init(resamples: Int = 19_999) {
        self.resamples = resamples
    }

    /// The probability, if nothing distinguishes the arms, of differences at least as far from 0
    /// (`greater`: at least as high). 1 for none.
    ///
    /// Beyond 32 differences estimated from draws as (b + 1) / (m + 1), which keeps the test valid
    /// (Phipson and Smyth, 2010), with one output per 64 differences and draw; before, the
    /// generator isn't used.
    package func pValue(
        _ differences: [Double], _ alternative: Alternative = .twoSided,
        using generator: inout Xoshiro256
    ) -> Double {
        // Both signs of 0 are the same: no need to look at it.
        let magnitudes = differences.filter { $0 != 0 }.map(\.magnitude)
        var observed = differences.reduce(0, +)
        if alternative == .twoSided { observed = observed.magnitude }
        // Sums that differ by rounding alone are equal.
        let threshold = observed - 1e-12 * magnitudes.reduce(0, +)
        let tail =
            magnitudes.count <= Self.exactCount
            ? exactTail(magnitudes, threshold)
            : drawnTail(magnitudes, threshold, using: &generator)
        // The distribution is symmetric.
        return alternative == .twoSided ? min(1, 2 * tail) : tail
    }

    /// The p-value against "the mean difference lies outside of `margin`": two one-sided tests
    /// (Schuirmann, 1987). Below 5 % is to say that the 90 % interval that comes from turning the
    /// test round lies within the margin. At least 2^-n, so five differences are needed for 5 %.
    package func equivalencePValue(
        _ differences: [Double], within margin: ClosedRange<Double>,
        using generator: inout Xoshiro256
    ) -> Double {
        // Without any difference no margin is too narrow, be it 0.
        if margin.contains(0), differences.allSatisfy({ $0 == 0 }) {
            return differences.reduce(1) { p, _ in p / 2 }
        }
        let above = differences.map { $0 - margin.lowerBound }
        let below = differences.map { margin.upperBound - $0 }
        return max(
            pValue(above, .greater, using: &generator), pValue(below, .greater, using: &generator))
    }

    /// The share of all sums ± m₁ ± m₂ … that are at least the threshold.
    ///
    /// The sums of each half are listed in order, then counted against each other (Horowitz and
    /// Sahni, 1974): 2^(n/2) steps instead of 2^n.
    private func exactTail(_ magnitudes: [Double], _ threshold: Double) -> Double {
        let middle = magnitudes.count / 2
        let left = sortedSums(magnitudes[..<middle])
        let right = sortedSums(magnitudes[middle...])
        var first = right.count
        var reached = 0
        for sum in left {
            while first > 0, sum + right[first - 1] >= threshold { first -= 1 }
            reached += right.count - first
        }
        return Double(reached) / (Double(left.count) * Double(right.count))
    }

    private func sortedSums(_ magnitudes: ArraySlice<Double>) -> [Double] {
        var sums = [0.0]
        for magnitude in magnitudes {
            // Merges the sums less the magnitude with those plus it.
            var merged: [Double] = []
            merged.reserveCapacity(2 * sums.count)
            var next = 0
            for sum in sums {
                let higher = sum + magnitude
                while next < sums.count, sums[next] - magnitude <= higher {
                    merged.append(sums[next] - magnitude)
                    next += 1
                }
                merged.append(higher)
            }
            sums = merged
        }
        return sums
    }

    private func drawnTail(
        _ magnitudes: [Double], _ threshold: Double, using generator: inout Xoshiro256
    ) -> Double {
        var reached = 0
        for _ in 0..<resamples {
            var sum = 0.0
            var signs: UInt64 = 0
            for (place, magnitude) in magnitudes.enumerated() {
                if place % 64 == 0 { signs = generator.next() }
                sum += signs & 1 == 0 ? magnitude : -magnitude
                signs >>= 1
            }
            if sum >= threshold { reached += 1 }
        }
        return Double(reached + 1) / Double(resamples + 1)
    }
}
