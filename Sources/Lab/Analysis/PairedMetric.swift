import Glibc
import Statistics

/// One metric's values of both arms, pair by pair, and the scale on which they are compared.
///
/// Where all values are above 0 that is their logarithm: the mean difference is the logarithm of the
/// ratio of the geometric means, and exchanging the arms only turns its sign. Else, and of parts
/// of a whole, it is the values.
struct PairedMetric {
    let metric: Metric
    let isRelative: Bool
    /// On the scale.
    let a: [Double]
    let b: [Double]
    let differences: [Double]

    /// Nil if no pair has the metric on both sides.
    init?(_ metric: Metric, _ pairs: [ArmPair]) {
        let values = pairs.compactMap { pair -> (a: Double, b: Double)? in
            guard let a = pair.a.metrics[metric.name], let b = pair.b.metrics[metric.name],
                a.isFinite, b.isFinite
            else { return nil }
            return (a, b)
        }
        guard !values.isEmpty else { return nil }
        self.metric = metric
        let isRelative = metric.unit != .part && values.allSatisfy { $0.a > 0 && $0.b > 0 }
        self.isRelative = isRelative
        a = values.map { isRelative ? log($0.a) : $0.a }
        b = values.map { isRelative ? log($0.b) : $0.b }
        differences = zip(a, b).map { $1 - $0 }
    }

    /// A value on the scale in the metric's unit.
    private func value(_ scaled: Double) -> Double { isRelative ? exp(scaled) : scaled }

    /// A difference on the scale as an effect.
    private func effect(_ difference: Double) -> Double {
        isRelative ? expm1(difference) : difference
    }

    /// The differences that count as none: relative ones below `relative`, where there is no ratio
    /// in terms of A's mean.
    func margin(_ relative: Double) -> ClosedRange<Double> {
        if isRelative { return log1p(-min(relative, 0.999_999))...log1p(relative) }
        let margin = metric.unit == .part ? relative : relative * a.mean().magnitude
        return -margin...margin
    }

    /// A metric with a better side, in enough blocks.
    var isJudged: Bool { metric.better != .neither && differences.count > 1 }

    /// One of the hypotheses for which the p-values are corrected. Without any difference there is
    /// nothing that chance could make a finding of.
    var isTested: Bool { isJudged && differences.contains { $0 != 0 } }

    func pValue(using random: inout Xoshiro256) -> Double? {
        differences.count > 1 ? SignFlipTest().pValue(differences, using: &random) : nil
    }

    /// With everything but what needs the other metrics' p-values.
    func comparison(
        pValue: Double?, _ bootstrap: Bootstrap, using random: inout Xoshiro256
    ) -> Analysis.Comparison {
        func estimate(
            _ sample: [Double], _ unscale: (Double) -> Double
        ) -> Analysis.Estimate {
            let interval = bootstrap.interval(of: sample, using: &random)
            return Analysis.Estimate(
                value: unscale(sample.mean()), low: unscale(interval.low),
                high: unscale(interval.high))
        }
        return Analysis.Comparison(
            metric: metric.name, a: estimate(a, value), b: estimate(b, value),
            effect: estimate(differences, effect), isRelative: isRelative, pValue: pValue,
            adjustedPValue: nil, verdict: .none, blocksToSettle: nil)
    }
}
