import Statistics

/// How often the same arm compared with itself is found to differ: the proof that verdicts are as rare
/// by mistake as alpha says, on the runs' own distribution.
package struct NullSimulation: Codable, Sendable, Equatable {
    /// Simulated comparisons.
    package var comparisons: Int
    /// Pairs of runs in each.
    package var pairs: Int
    /// What the rates should be close to.
    package var alpha: Double
    /// By ``Metric/name``: the share of comparisons with a p-value below alpha, uncorrected. Metrics
    /// that are judged and vary. Below alpha where many values are equal.
    package var rates: [String: Double]
    /// The mean rate of the metrics that vary, with at least half as many values as runs; of all if
    /// none does.
    package var rate: Double
    /// The mean rate of all: as many metrics hardly vary, the lower.
    package var overallRate: Double
    /// How far off ``rate`` is by chance, from how the simulated comparisons differ.
    package var standardError: Double
    /// The share of comparisons with any verdict of better or worse after Holm's correction; at
    /// most alpha, and less as metrics go together.
    package var familyWiseRate: Double
}

extension Analyzer {
    /// Divides the undisturbed runs by which an arm is compared by chance into two arms of pairs,
    /// over and over, and counts the differences found. Runs of `a'` are as good as those of `a`.
    ///
    /// Nil with fewer than twelve runs: with fewer than six pairs nothing is ever found. Of more than
    /// forty, forty are drawn each time: the test stays exact and quick. With 200 comparisons a rate
    /// of 5 % is only known to 1.5 % (one standard error), with 2,000 to 0.5 %.
    package func simulateNull(
        _ records: [RunRecord], arm: String = "a", comparisons: Int = 2_000
    ) -> NullSimulation? {
        var runs = measurements(records, of: arm)
        let pairs = min(runs.count / 2, 20)
        guard pairs >= 6, comparisons > 1 else { return nil }
        let values = Dictionary(
            uniqueKeysWithValues: Metric.all.map { metric in
                (metric.name, Set(runs.compactMap { $0.metrics[metric.name] }).count)
            })
        let metrics = Metric.all.filter { $0.better != .neither && values[$0.name] ?? 0 > 1 }
        // The others' tests are cautious: with equal runs there is nothing to find.
        let varied = Set(metrics.map(\.name).filter { 2 * (values[$0] ?? 0) >= runs.count })
        let counted = varied.isEmpty ? Set(metrics.map(\.name)) : varied
        var random = Xoshiro256(seed: seed, stream: .max)
        var found: [String: Int] = [:]
        var families = 0
        var shares: [Double] = []
        for _ in 0..<comparisons {
            random.shuffle(&runs)
            let divided = (0..<pairs).map { ArmPair(a: runs[2 * $0], b: runs[2 * $0 + 1]) }
            let tested = metrics.compactMap { PairedMetric($0, divided) }.filter(\.isTested)
            let pValues = tested.map { $0.pValue(using: &random) ?? 1 }
            var inCounted = 0
            for (paired, pValue) in zip(tested, pValues) where pValue < alpha {
                found[paired.metric.name, default: 0] += 1
                if counted.contains(paired.metric.name) { inCounted += 1 }
            }
            shares.append(Double(inCounted) / Double(max(counted.count, 1)))
            if Holm.adjust(pValues).contains(where: { $0 < alpha }) { families += 1 }
        }
        let rates = metrics.map { Double(found[$0.name] ?? 0) / Double(comparisons) }
        return NullSimulation(
            comparisons: comparisons, pairs: pairs, alpha: alpha,
            rates: Dictionary(uniqueKeysWithValues: zip(metrics.map(\.name), rates)),
            rate: shares.mean(), overallRate: rates.isEmpty ? 0 : rates.mean(),
            standardError: shares.standardDeviation() / Double(comparisons).squareRoot(),
            familyWiseRate: Double(families) / Double(comparisons))
    }

    private func measurements(_ records: [RunRecord], of arm: String) -> [ArmMeasurement] {
        let runs = records.undisturbed
        let own = runs.compared(arm, in: design).flatMap(\.arms).filter { $0.arm == arm }
        // Beside B, A isn't what it is alone.
        guard arm == "a", design != "coexist" else { return own }
        return own + runs.filter { $0.treatment == "a'" }.flatMap(\.arms)
    }
}
