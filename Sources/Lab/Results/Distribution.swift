import LinkModel
import Telemetry
import Workloads

extension Distribution {
    /// - Parameter unit: of the histogram's values, in seconds.
    init?(_ histogram: Histogram, unit: Double) {
        let count = Int(histogram.count)
        guard count > 0 else { return nil }
        self.init(
            count: count,
            percentiles: (0...100).map {
                (histogram.interpolatedQuantile(Double($0) / 100) ?? 0) * unit
            })
    }

    init?(_ histogram: DelayHistogram) {
        guard histogram.count > 0 else { return nil }
        self.init(
            count: Int(histogram.count),
            percentiles: (0...100).map {
                Double(histogram.quantile(Double($0) / 100) ?? 0) / 1e9
            })
    }

    init?(_ times: LoadReport.Times) {
        guard times.percentiles.count == 101 else { return nil }
        self.init(count: times.count, percentiles: times.percentiles)
    }
}
