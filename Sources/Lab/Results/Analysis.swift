/// What the runs of a benchmark say, metric by metric.
package struct Analysis: Codable, Sendable, Equatable {
    /// The most telling metric first.
    package var comparisons: [Comparison]
    /// A against A over the same runs' blocks; nil when it wasn't asked for.
    package var calibration: [Comparison]?
    /// Blocks in which both arms ran undisturbed.
    package var blocks: Int
    /// Runs that were left out because something disturbed them.
    package var disturbedRuns: Int

    /// One metric, B against A.
    package struct Comparison: Codable, Sendable, Equatable {
        /// ``Metric/name``.
        package var metric: String
        /// In the metric's unit: the mean over the blocks, geometric where all values are above 0.
        package var a: Estimate
        package var b: Estimate
        /// B over A less one, so 0.05 is 5 % more; absolute (in the metric's unit) where A or B is 0
        /// somewhere.
        package var effect: Estimate
        package var isRelative: Bool
        /// Unadjusted; nil when there are too few runs.
        package var pValue: Double?
        /// After Holm's correction over the metrics that are judged.
        package var adjustedPValue: Double?
        package var verdict: Verdict
        /// How many blocks would settle an inconclusive comparison, as far as these runs tell.
        package var blocksToSettle: Int?
    }

    /// A value and its 95 % confidence interval (equal to the value with a single run).
    package struct Estimate: Codable, Sendable, Equatable {
        package var value: Double
        package var low: Double
        package var high: Double
    }

    package enum Verdict: String, Codable, Sendable {
        /// B is better than A.
        case better
        case worse
        /// Different by less than the margin.
        case equivalent
        case inconclusive
        /// Shown, not judged: a metric without a better side, or too few runs.
        case none
    }
}
