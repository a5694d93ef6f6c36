import Histogram

/// Times in a high dynamic range histogram: within 0.1 % from 1 us to a day.
struct TimeHistogram {
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 100, highestTrackableValue: highest,
        numberOfSignificantValueDigits: .three)

    private static let highest: UInt64 = 86_400_000_000_000

    /// Counts a time in ns.
    mutating func record(_ time: UInt64) {
        histogram.record(min(time, Self.highest))
    }

    var times: LoadReport.Times {
        guard histogram.totalCount > 0 else {
            return LoadReport.Times(count: 0, mean: 0, percentiles: [], p999: 0)
        }
        func at(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1e9
        }
        return LoadReport.Times(
            count: Int(histogram.totalCount), mean: histogram.mean / 1e9,
            percentiles: [Double(histogram.min) / 1e9] + (1...100).map { at(Double($0)) },
            p999: at(99.9))
    }
}
