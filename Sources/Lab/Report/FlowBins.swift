import Plots

/// Flows over equal stretches of time, so that they can be added and compared.
struct FlowBins {
    /// When each stretch begins: seconds.
    let times: [Double]
    let end: Double
    /// Per flow and stretch: the value's integral over time, and the time that the flow was there.
    private let flows: [(integrals: [Double], seconds: [Double])]

    /// A point's value is that since the point before; the first one's is for as long as the second
    /// one's.
    init(
        _ flows: [RunSeries.Flow], until end: Double, count: Int,
        _ value: KeyPath<RunSeries.Point, Double>
    ) {
        let width = end / Double(count)
        self.end = end
        times = (0..<count).map { Double($0) * width }
        self.flows = flows.map { flow in
            var integrals = [Double](repeating: 0, count: count)
            var seconds = integrals
            let points = flow.points.filter { $0.time.isFinite && $0[keyPath: value].isFinite }
            var last = points.first.map { first in
                first.time - (points.count > 1 ? points[1].time - first.time : width)
            }
            for point in points {
                let from = max(last ?? 0, 0)
                let to = min(point.time, end)
                last = point.time
                guard from < to else { continue }
                for bin in Int(from / width)...Int(to / width) where bin < count {
                    let overlap = min(to, Double(bin + 1) * width) - max(from, Double(bin) * width)
                    integrals[bin] += point[keyPath: value] * max(overlap, 0)
                    seconds[bin] += max(overlap, 0)
                }
            }
            return (integrals, seconds)
        }
    }

    /// Of all flows, one that isn't there counting nothing.
    var sums: [Double] {
        let width = end / Double(times.count)
        return times.indices.map { bin in flows.reduce(0) { $0 + $1.integrals[bin] / width } }
    }

    /// A quantile over the flows that are there, at the stretches' middles.
    func quantile(_ share: Double) -> [Point] {
        let half = end / Double(times.count) / 2
        return times.indices.map { bin in
            let values = flows.filter { $0.seconds[bin] > 0 }
                .map { $0.integrals[bin] / $0.seconds[bin] }.sorted()
            guard !values.isEmpty else { return Point(times[bin] + half, .nan) }
            return Point(
                times[bin] + half, values[Int(share * Double(values.count - 1) + 0.5)])
        }
    }
}
