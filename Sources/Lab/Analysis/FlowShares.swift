import Statistics

/// What each flow got, second by second, and how fair that was.
package struct FlowShares: Sendable {
    /// By flow, then by second since the traffic began: bit/s; nil where the flow wasn't there for
    /// at least half of the second.
    package let goodput: [[Double?]]
    /// When the last flow began, in seconds.
    package let lastBegin: Double

    /// Flows without a point are left out.
    package init(_ series: RunSeries) {
        let flows = series.flows.filter { !$0.points.isEmpty }
        let end = flows.compactMap(\.points.last?.time).max() ?? 0
        goodput = flows.map { Self.perSecond($0.points, until: end) }
        lastBegin = flows.map { Self.begin(of: $0.points) }.max() ?? 0
    }

    /// The first point's goodput is for as long before it as the second one's.
    private static func begin(of points: [RunSeries.Point]) -> Double {
        let length = points.count > 1 ? points[1].time - points[0].time : 1
        return max(0, points[0].time - length)
    }

    private static func perSecond(_ points: [RunSeries.Point], until end: Double) -> [Double?] {
        let seconds = Int(end.rounded(.up))
        var bits = [Double](repeating: 0, count: seconds)
        var covered = bits
        var from = begin(of: points)
        for point in points {
            // The time since the point before may lie in several seconds.
            while from < point.time {
                let second = Int(from)
                let to = min(point.time, Double(second + 1))
                bits[second] += point.goodput * (to - from)
                covered[second] += to - from
                from = to
            }
        }
        return zip(bits, covered).map { $1 >= 0.5 ? $0 / $1 : nil }
    }

    /// Jain's index of the flows that are there, by second; nil where fewer than two are.
    package var jainPerSecond: [Double?] {
        (0..<(goodput.first?.count ?? 0)).map { second in
            let shares = goodput.compactMap { $0[second] }
            return shares.count > 1 ? Fairness.jain(shares) : nil
        }
    }

    /// The metric `jain_1s`: the mean of ``jainPerSecond`` after the warm-up, in which flows are as
    /// unfair as they are at a time; nil without two flows at a time.
    package func meanJainPerSecond(after warmUp: Double = 0) -> Double? {
        let values = jainPerSecond.dropFirst(Int(warmUp.rounded(.up))).compactMap { $0 }
        return values.isEmpty ? nil : values.mean()
    }

    /// The metric `jain`: Jain's index of what the flows got on average while they were there after
    /// the warm-up, in which taking turns is fair; nil with fewer than two flows.
    package func lifetimeJain(after warmUp: Double = 0) -> Double? {
        let shares = goodput.compactMap { flow -> Double? in
            let values = flow.dropFirst(Int(warmUp.rounded(.up))).compactMap { $0 }
            return values.isEmpty ? nil : values.mean()
        }
        return shares.count > 1 ? Fairness.jain(shares) : nil
    }

    /// The metric `convergence`: the seconds from the last flow's begin to the first time from
    /// which the index per second stays at least at `threshold` for `hold` seconds; nil if it
    /// never does.
    package func convergence(threshold: Double = 0.9, hold: Int = 5) -> Double? {
        let jain = jainPerSecond
        let begin = Int(lastBegin.rounded())
        var fair = 0
        for second in jain.indices.dropFirst(begin) {
            fair = (jain[second] ?? 0) >= threshold ? fair + 1 : 0
            if fair == hold { return max(0, Double(second + 1 - hold) - lastBegin) }
        }
        return nil
    }
}
