/// The rank-sum test of Mann and Whitney (1947): whether values of one sample tend to be above those
/// of the other.
package struct MannWhitney: Sendable, Equatable {
    /// Pairs in which `a` is above `b`, ties counting half.
    package let u: Double
    /// Two-sided; 1 if either sample is empty.
    package let pValue: Double
    /// Whether the null distribution was counted out rather than approximated.
    package let isExact: Bool

    /// Up to this many pairs the null distribution is counted out if there are no ties.
    static let exactPairs = 900

    package init(_ a: [Double], _ b: [Double]) {
        let pairs = a.count * b.count
        let values = a + b
        let ranks = values.midranks()
        u = ranks[..<a.count].reduce(0, +) - Double(a.count * (a.count + 1)) / 2
        let upper = max(u, Double(pairs) - u)
        // Of the sizes of groups of equal values; 0 without ties.
        let ties = Self.tieSum(values.sorted())
        isExact = ties == 0 && pairs <= Self.exactPairs
        guard pairs > 0 else {
            pValue = 1
            return
        }
        if isExact {
            let probabilities = Self.nullDistribution(a.count, b.count)
            pValue = min(1, 2 * probabilities[Int(upper)...].reduce(0, +))
        } else {
            let total = Double(values.count)
            let variance = Double(pairs) / 12 * (total + 1 - ties / (total * (total - 1)))
            let distance = upper - Double(pairs) / 2 - 0.5
            pValue = variance > 0 ? min(1, 2 * Normal.cdf(-distance / variance.squareRoot())) : 1
        }
    }

    /// Σ (t³ - t) over the groups of t equal values.
    private static func tieSum(_ sorted: [Double]) -> Double {
        var sum = 0.0
        var first = 0
        while first < sorted.count {
            var end = first + 1
            while end < sorted.count, sorted[end] == sorted[first] { end += 1 }
            let size = Double(end - first)
            sum += size * size * size - size
            first = end
        }
        return sum
    }

    /// The probabilities of U = 0, 1, … `n m` if both samples come from the same distribution.
    ///
    /// By the largest value's sample: it is one of the `n`, and above all `m` others, with
    /// probability n / (n + m).
    private static func nullDistribution(_ n: Int, _ m: Int) -> [Double] {
        // rows[j]: the distribution for i and j values, i growing.
        var rows = [[Double]](repeating: [1], count: m + 1)
        for i in 1...n {
            for j in 1...m {
                let share = Double(i) / Double(i + j)
                var row = [Double](repeating: 0, count: i * j + 1)
                for (u, probability) in rows[j].enumerated() { row[u + j] += share * probability }
                for (u, probability) in rows[j - 1].enumerated() {
                    row[u] += (1 - share) * probability
                }
                rows[j] = row
            }
        }
        return rows[m]
    }
}
