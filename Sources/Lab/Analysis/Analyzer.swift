import Statistics

/// Turns the runs of a benchmark into what they say.
///
/// The blocks' differences between the arms are the sample. P-values come from flipping their
/// signs, which is exact for few blocks; intervals from a bootstrap; the verdict from the p-values
/// after Holm's correction, or from two one-sided tests against the margin.
package struct Analyzer: Sendable {
    /// As ``Manifest/margins``.
    package var margins: [String: Double]
    /// The share of false verdicts that is put up with.
    package var alpha: Double
    /// Of the bootstrap and of what is simulated: the same seed, the same result.
    package var seed: UInt64
    /// As ``Manifest/design``.
    package var design: String
    /// What the intervals are from.
    var bootstrap = Bootstrap()

    package init(
        margins: [String: Double] = [:], alpha: Double = 0.05, seed: UInt64,
        design: String = Scenario.Design.sequential.rawValue
    ) {
        self.margins = margins
        self.alpha = alpha
        self.seed = seed
        self.design = design
    }

    /// As a benchmark's manifest says.
    init(_ manifest: Manifest) {
        self.init(margins: manifest.margins, seed: manifest.seed, design: manifest.design)
    }

    /// The arms `a` and `b` compared, and `a` alone with `a'` where that ran too.
    ///
    /// Of the `coexist` design the runs are compared in which the arms share the link; the others
    /// are for the harm. Runs of the `mix` design are compared by their total effect, B's flows
    /// where there are most of them with A's where there are none or fewest; ``mix(_:)`` has the
    /// rest.
    package func analyse(_ records: [RunRecord]) -> Analysis {
        let undisturbed = records.undisturbed
        let pairs = MixRuns(undisturbed)?.total ?? pairs(undisturbed)
        let alone = undisturbed.filter { $0.treatment == "a" || $0.share == 0 }
        let calibration = ArmPair.pairs(
            of: alone.measurements(of: "a"), with: undisturbed.measurements(of: "a'"))
        return Analysis(
            comparisons: compare(pairs),
            calibration: calibration.isEmpty ? nil : compare(calibration),
            blocks: pairs.count, disturbedRuns: records.count - undisturbed.count)
    }

    private func pairs(_ records: [RunRecord]) -> [ArmPair] {
        let runs = design == "coexist" ? records.withHarm() : records
        return ArmPair.pairs(of: runs.measurements(of: "a"), with: runs.measurements(of: "b"))
    }

    /// All metrics that the pairs have, in the order of ``Metric/all``.
    func compare(_ pairs: [ArmPair]) -> [Analysis.Comparison] {
        let metrics = Metric.all.compactMap { PairedMetric($0, pairs) }
        let tested = metrics.indices.filter { metrics[$0].isTested }
        // A stream for each, so that no metric's intervals depend on which others there are.
        var random = metrics.map { Xoshiro256(seed: seed, stream: $0.metric.stream) }
        var comparisons = metrics.indices.map { place in
            let pValue = metrics[place].pValue(using: &random[place])
            return metrics[place].comparison(
                pValue: pValue, bootstrap, using: &random[place])
        }
        let pValues = tested.map { comparisons[$0].pValue ?? 1 }
        let adjusted = Dictionary(
            uniqueKeysWithValues: zip(tested, Holm.adjust(pValues)))
        for place in metrics.indices where metrics[place].isJudged {
            let pValue = comparisons[place].pValue ?? 1
            // By what Holm multiplies.
            let hypotheses = tested.count - pValues.count { $0 < pValue }
            judge(
                &comparisons[place], metrics[place], adjusted[place] ?? 1,
                hypotheses: max(1, hypotheses), using: &random[place])
        }
        return comparisons
    }

    private func judge(
        _ comparison: inout Analysis.Comparison, _ paired: PairedMetric, _ adjustedPValue: Double,
        hypotheses: Int, using random: inout Xoshiro256
    ) {
        let metric = paired.metric
        let margin = paired.margin(margins[metric.name] ?? margins["*"] ?? 0)
        let equivalence = SignFlipTest().equivalencePValue(
            paired.differences, within: margin, using: &random)
        let finding = Finding(
            effect: comparison.effect.value, adjustedPValue: adjustedPValue,
            equivalencePValue: equivalence, alpha: alpha)
        comparison.adjustedPValue = adjustedPValue
        switch finding {
        case .higher: comparison.verdict = metric.better == .higher ? .better : .worse
        case .lower: comparison.verdict = metric.better == .lower ? .better : .worse
        case .equivalent: comparison.verdict = .equivalent
        case .inconclusive:
            comparison.verdict = .inconclusive
            let size = SampleSize(alpha: alpha / Double(hypotheses), equivalenceAlpha: alpha)
            comparison.blocksToSettle = size.settling(paired.differences, margin: margin)
        }
    }
}

extension Metric {
    /// Its number among the streams of chance.
    fileprivate var stream: UInt64 {
        UInt64(Self.all.firstIndex { $0.name == name } ?? Self.all.count)
    }
}
