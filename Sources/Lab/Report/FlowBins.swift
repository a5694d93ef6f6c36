import Plots

/// Flows over equal stretches of time, so that they can be added and compared.
struct FlowBins {
    /// When each stretch begins: seconds.
    let times: [Double]
    let end: Double
    /// Per flow: the mean in each stretch, NaN where the flow has no sample.
    private let means: [[Double]]

    init(
        _ flows: [RunSeries.Flow], until end: Double, count: Int,
        _ value: KeyPath<RunSeries.Point, Double>
    ) {
        let width = end / Double(count)
        self.end = end
        times = (0..<count).map { Double($0) * width }
        means = flows.map { flow in
            var sums = [Double](repeating: 0, count: count)
            var counts = [Double](repeating: 0, count: count)
            for point in flow.points
            where point.time >= 0 && point.time <= end && point[keyPath: value].isFinite {
                let bin = min(Int(point.time / width), count - 1)
                sums[bin] += point[keyPath: value]
                counts[bin] += 1
            }
            return zip(sums, counts).map { $0 / $1 }
        }
    }

    /// Of all flows, one without a sample counting nothing.
    var sums: [Double] {
        times.indices.map { bin in
            means.reduce(0) { $0 + ($1[bin].isFinite ? $1[bin] : 0) }
        }
    }

    /// A quantile over the flows that have a sample, at the stretches' middles.
    func quantile(_ share: Double) -> [Point] {
        let half = end / Double(times.count) / 2
        return times.indices.map { bin in
            let values = means.map { $0[bin] }.filter(\.isFinite).sorted()
            guard !values.isEmpty else { return Point(times[bin] + half, .nan) }
            return Point(
                times[bin] + half, values[Int(share * Double(values.count - 1) + 0.5)])
        }
    }
}
