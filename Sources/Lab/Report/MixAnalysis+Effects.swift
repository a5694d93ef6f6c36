import Plots

extension MixAnalysis {
    /// One column of a table of effects.
    struct Effect {
        var title: String
        /// B's share of the flows.
        var share: String
        var comparisons: [Analysis.Comparison]
    }

    /// The total effect, then the naive ones and the spillovers by growing share.
    var effects: [Effect] {
        func effects(
            _ title: String, _ comparisons: KeyPath<Point, [Analysis.Comparison]>
        ) -> [Effect] {
            points.filter { !$0[keyPath: comparisons].isEmpty }.map {
                Effect(
                    title: title, share: "B \(Dimension.ratio.format($0.share))",
                    comparisons: $0[keyPath: comparisons])
            }
        }
        let total = Effect(
            title: "Total", share: "B \(Dimension.ratio.format(highestShare))", comparisons: total)
        return [total] + effects("Naive", \.naive) + effects("Spillover", \.spillover)
    }

    /// The total effects of what was also measured where flows of both are.
    var told: [Analysis.Comparison] {
        let measured = Set(points.flatMap { $0.naive + $0.spillover }.map(\.metric))
        return total.filter { !$0.isEqual && measured.contains($0.metric) }
    }

    /// The share nearest to half of the flows that has flows of both.
    var typical: Point? {
        points.filter { !$0.naive.isEmpty }.min { abs($0.share - 0.5) < abs($1.share - 0.5) }
    }

    /// The metrics by which the effects are told apart in sentences and charts.
    var headlines: [String] {
        ["goodput", "rtt_p95", "retransmitted"].filter { metric in
            told.contains { $0.metric == metric }
        }
    }
}
