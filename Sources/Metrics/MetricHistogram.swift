/// The upper bounds of a histogram's buckets, written out once for all that have them.
package final class HistogramBounds: Sendable {
    /// Ascending; the bucket without a bound is implied.
    package let upper: [Double]
    /// `le` values with the infinite one, as each format writes them.
    let prometheus: [[UInt8]]
    let openMetrics: [[UInt8]]

    /// Throws `.badBounds` unless the bounds ascend and are finite.
    package init(_ upper: [Double]) throws(MetricError) {
        guard !upper.isEmpty, upper.allSatisfy(\.isFinite),
            zip(upper, upper.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw MetricError(.badBounds, "a histogram's bounds have to ascend and be finite")
        }
        self.upper = upper
        let all = upper + [.infinity]
        prometheus = all.map { bound in
            var text: [UInt8] = []
            text.append(number: bound)
            return text
        }
        openMetrics = all.map { bound in
            var text: [UInt8] = []
            text.append(number: bound)
            // OpenMetrics has `le` as a float in its canonical form: 1.0, not 1.
            if bound.isFinite, text.allSatisfy({ $0 == UInt8(ascii: "-") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
                text += ".0".utf8
            }
            return text
        }
    }
}

/// How many values fell into each bucket, and their sum.
package struct MetricHistogram: Sendable {
    package let bounds: HistogramBounds
    /// Each bucket's own values, not cumulative; the last are those over every bound.
    package let counts: [UInt64]
    package let sum: Double

    /// Throws `.badBounds` unless there is one count more than bounds.
    package init(
        bounds: HistogramBounds, counts: [UInt64], sum: Double
    ) throws(MetricError) {
        guard counts.count == bounds.upper.count + 1 else {
            throw MetricError(
                .badBounds,
                "\(counts.count) counts for \(bounds.upper.count) bounds: one more is needed")
        }
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }
}
