/// The runs as the reports look at them.
struct ReportData {
    let manifest: Manifest
    let analysis: Analysis
    /// Of the `mix` design.
    let mix: MixAnalysis?
    let nullSimulation: NullSimulation?
    /// Undisturbed, in the order of execution.
    let runs: [RunRecord]
    let disturbed: [RunRecord]
    /// What the arms are called; told apart where both have one name.
    let names: (a: String, b: String)

    init(
        manifest: Manifest, records: [RunRecord], analysis: Analysis, mix: MixAnalysis? = nil,
        nullSimulation: NullSimulation? = nil
    ) {
        self.manifest = manifest
        self.analysis = analysis
        self.mix = mix
        self.nullSimulation = nullSimulation
        runs = records.filter(\.disturbances.isEmpty).sorted { $0.index < $1.index }
        disturbed = records.filter { !$0.disturbances.isEmpty }.sorted { $0.index < $1.index }
        let (a, b) = (manifest.a.name, manifest.b.name)
        names = a == b ? (a + " (A)", b + " (B)") : (a, b)
    }

    /// Whether both arms run at once and share the link.
    var isShared: Bool { manifest.design != "sequential" }

    /// The runs by which an arm is compared.
    func runs(of arm: ArmKey) -> [RunRecord] {
        runs.compared(arm.rawValue, in: manifest.design)
    }

    /// What an arm got, run by run.
    func measurements(of arm: ArmKey) -> [ArmMeasurement] {
        runs(of: arm).flatMap { run in run.arms.filter { $0.arm == arm.rawValue } }
    }

    /// An arm's metrics, those that are there, run by run.
    func values(_ metric: String, of arm: ArmKey) -> [Double] {
        measurements(of: arm).compactMap { $0.metrics[metric] }
    }

    func name(_ arm: ArmKey) -> String { arm == .a ? names.a : names.b }

    /// The comparisons worth a row: not those of metrics that never had another value.
    var telling: [Analysis.Comparison] { analysis.comparisons.filter { !$0.isEqual } }

    /// The metrics that had the same value in all runs, with it.
    var equal: String? {
        let equal = analysis.comparisons.filter(\.isEqual).map { comparison in
            let metric = Metric.named(comparison.metric)
            return "\(metric.titleInSentence) \(metric.dimension.format(comparison.a.value))"
        }
        return equal.isEmpty ? nil : "Equal in all runs: \(equal.joined(separator: ", "))."
    }
}

/// An arm as the records call it.
enum ArmKey: String, CaseIterable {
    case a, b
}
