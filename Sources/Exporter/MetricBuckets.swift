import Metrics
import Telemetry

/// A metric's bucket bounds, and how histograms that the kernel keeps in another unit fall into them.
struct MetricBuckets {
    private let bounds: HistogramBounds
    /// In the histograms' unit.
    private let limits: [Double]
    private let scale: Double

    /// - Parameter bounds: in the metric's unit, ascending.
    /// - Parameter scale: from the histograms' unit to the metric's.
    init(_ bounds: [Double], scale: Double) throws(MetricError) {
        self.bounds = try HistogramBounds(bounds)
        limits = bounds.map { $0 / scale }
        self.scale = scale
    }

    func value(_ histogram: Histogram) throws(MetricError) -> MetricHistogram {
        try MetricHistogram(
            bounds: bounds, counts: histogram.counts(upTo: limits),
            sum: Double(histogram.sum) * scale)
    }
}
