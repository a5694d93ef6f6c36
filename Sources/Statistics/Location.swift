extension [Double] {
    /// The arithmetic mean; NaN of nothing.
    package func mean() -> Double {
        reduce(0, +) / Double(count)
    }

    /// The sample standard deviation (with n - 1); 0 of fewer than two values.
    package func standardDeviation() -> Double {
        guard count > 1 else { return 0 }
        let mean = mean()
        let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(count - 1)).squareRoot()
    }

    /// The quantile at `p`, 0 to 1, of values that are in ascending order; NaN of nothing.
    ///
    /// Linear between the order statistics: type 7 of Hyndman and Fan (1996).
    package func quantileOfSorted(_ p: Double) -> Double {
        guard count > 0 else { return .nan }
        let position = Swift.min(Swift.max(p, 0), 1) * Double(count - 1)
        let below = Int(position)
        guard below + 1 < count else { return self[count - 1] }
        return self[below] + (position - Double(below)) * (self[below + 1] - self[below])
    }

    /// The quantile at `p`, 0 to 1, of values in any order (type 7); NaN of nothing.
    package func quantile(_ p: Double) -> Double {
        sorted().quantileOfSorted(p)
    }

    package func median() -> Double {
        quantile(0.5)
    }

    /// Ranks from 1, in the order of the values; equal values share their mean rank.
    func midranks() -> [Double] {
        let order = indices.sorted { self[$0] < self[$1] }
        var ranks = Self(repeating: 0, count: count)
        var first = 0
        while first < count {
            var end = first + 1
            while end < count, self[order[end]] == self[order[first]] { end += 1 }
            for place in order[first..<end] { ranks[place] = Double(first + 1 + end) / 2 }
            first = end
        }
        return ranks
    }
}

/// The estimators of Hodges and Lehmann (1963): as robust as a median, nearly as sharp as a mean.
package enum HodgesLehmann {
    /// The centre of paired differences: the median of the means of all pairs of them, each with
    /// itself too; NaN of nothing.
    package static func centre(_ differences: [Double]) -> Double {
        var means: [Double] = []
        means.reserveCapacity(differences.count * (differences.count + 1) / 2)
        for (i, x) in differences.enumerated() {
            for y in differences[i...] { means.append((x + y) / 2) }
        }
        return means.median()
    }

    /// By how much `b` lies above `a`: the median of the differences of all pairs; NaN if either
    /// is empty.
    package static func shift(from a: [Double], to b: [Double]) -> Double {
        var differences: [Double] = []
        differences.reserveCapacity(a.count * b.count)
        for y in b {
            for x in a { differences.append(y - x) }
        }
        return differences.median()
    }
}
