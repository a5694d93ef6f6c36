/// The randomisation test for two samples that aren't paired (Fisher, 1935; Pitman, 1937): if
/// nothing distinguishes them, any values might as well have been those of `b`.
///
/// The statistic is the difference of the means, `b` less `a`.
package struct PermutationTest: Sendable {
    /// Up to this many ways to divide the values, all are counted out.
    static let exactDivisions = 50_000

    /// Draws where there are too many divisions to count out.
    package var resamples: Int

    package init(resamples: Int = 9_999) {
        self.resamples = resamples
    }

    /// The probability, if nothing distinguishes the samples, of a difference at least as large
    /// (two-sided: twice the smaller tail); 1 if either sample is empty.
    ///
    /// Beyond 50,000 divisions estimated from draws as (b + 1) / (m + 1) (Phipson and Smyth,
    /// 2010), with one index per value of the smaller sample and draw.
    package func pValue(
        _ a: [Double], _ b: [Double], _ alternative: Alternative = .twoSided,
        using generator: inout Xoshiro256
    ) -> Double {
        guard !a.isEmpty, !b.isEmpty else { return 1 }
        // With the total given, the smaller sample's sum says everything.
        let isSmaller = b.count <= a.count
        let values = isSmaller ? b + a : a + b
        let observed = isSmaller ? b : a
        var tails = Tails(
            sum: observed.reduce(0, +), tolerance: 1e-12 * values.reduce(0) { $0 + $1.magnitude })
        if Self.divisions(values.count, observed.count) <= Self.exactDivisions {
            countDivisions(of: values, choosing: observed.count, into: &tails)
        } else {
            // The observed division counts as one of the draws.
            tails = Tails(sum: tails.sum, tolerance: tails.tolerance, above: 1, below: 1, all: 1)
            var shuffled = values
            for _ in 0..<resamples {
                var sum = 0.0
                for place in observed.indices {
                    let other = place + generator.index(below: shuffled.count - place)
                    shuffled.swapAt(place, other)
                    sum += shuffled[place]
                }
                tails.count(sum)
            }
        }
        switch alternative {
        case .twoSided: return min(1, 2 * min(tails.shareAbove, tails.shareBelow))
        case .greater: return isSmaller ? tails.shareAbove : tails.shareBelow
        }
    }

    /// The p-value against "the difference of the means lies outside of `margin`": two one-sided
    /// tests (Schuirmann, 1987).
    package func equivalencePValue(
        _ a: [Double], _ b: [Double], within margin: ClosedRange<Double>,
        using generator: inout Xoshiro256
    ) -> Double {
        let above = pValue(a.map { $0 + margin.lowerBound }, b, .greater, using: &generator)
        let below = pValue(b, a.map { $0 + margin.upperBound }, .greater, using: &generator)
        return max(above, below)
    }

    /// How many sums are at least, and at most, the observed one.
    private struct Tails {
        let sum: Double
        /// Sums that differ by less are equal: it is rounding.
        let tolerance: Double
        var above = 0
        var below = 0
        var all = 0

        var shareAbove: Double { Double(above) / Double(all) }
        var shareBelow: Double { Double(below) / Double(all) }

        mutating func count(_ other: Double) {
            if other >= sum - tolerance { above += 1 }
            if other <= sum + tolerance { below += 1 }
            all += 1
        }
    }

    private func countDivisions(of values: [Double], choosing size: Int, into tails: inout Tails) {
        func choose(_ left: Int, from start: Int, _ sum: Double) {
            guard left > 0 else { return tails.count(sum) }
            for place in start...(values.count - left) {
                choose(left - 1, from: place + 1, sum + values[place])
            }
        }
        choose(size, from: 0, 0)
    }

    /// The binomial coefficient, or something above the limit.
    private static func divisions(_ count: Int, _ size: Int) -> Int {
        var result = 1
        for i in 0..<size {
            guard result <= exactDivisions else { break }
            result = result * (count - i) / (i + 1)
        }
        return result
    }
}
