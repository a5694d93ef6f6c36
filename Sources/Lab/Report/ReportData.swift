/// The runs as the reports look at them.
struct ReportData {
    let manifest: Manifest
    let analysis: Analysis
    let series: [Int: RunSeries]
    /// Undisturbed, in the order of execution.
    let runs: [RunRecord]
    let disturbed: [RunRecord]
    /// What the arms are called; told apart where both have one name.
    let names: (a: String, b: String)

    init(
        manifest: Manifest, records: [RunRecord], series: [Int: RunSeries], analysis: Analysis
    ) {
        self.manifest = manifest
        self.analysis = analysis
        self.series = series
        runs = records.filter(\.disturbances.isEmpty).sorted { $0.index < $1.index }
        disturbed = records.filter { !$0.disturbances.isEmpty }.sorted { $0.index < $1.index }
        let (a, b) = (manifest.a.name, manifest.b.name)
        names = a == b ? (a + " (A)", b + " (B)") : (a, b)
    }

    /// Whether both arms run at once and share the link.
    var isShared: Bool { manifest.design != "sequential" }

    /// What an arm got, run by run.
    func measurements(of arm: ArmKey) -> [ArmMeasurement] {
        runs.flatMap { run in run.arms.filter { $0.arm == arm.rawValue } }
    }

    /// An arm's metrics, those that are there, run by run.
    func values(_ metric: String, of arm: ArmKey) -> [Double] {
        measurements(of: arm).compactMap { $0.metrics[metric] }
    }

    func name(_ arm: ArmKey) -> String { arm == .a ? names.a : names.b }
}

/// An arm as the records call it.
enum ArmKey: String, CaseIterable {
    case a, b
}

/// The block that is shown over time: the one with the median goodput.
struct ExampleBlock {
    let block: Int
    /// One per arm; in a shared run both are the same run.
    let panels: [Panel]

    struct Panel {
        let arm: ArmKey
        let run: RunRecord
        let flows: [RunSeries.Flow]
        let queue: [RunSeries.QueuePoint]
    }

    /// Nil when no undisturbed block has its series.
    init?(_ data: ReportData) {
        let blocks = Dictionary(grouping: data.runs.filter { data.series[$0.index] != nil }) {
            $0.block
        }
        let candidates = blocks.compactMap { block, runs in
            Self.panels(of: runs, data).map { (block: block, panels: $0) }
        }.sorted {
            (Self.goodput($0.panels), $0.block) < (Self.goodput($1.panels), $1.block)
        }
        guard !candidates.isEmpty else { return nil }
        let middle = candidates[(candidates.count - 1) / 2]
        block = middle.block
        panels = middle.panels
    }

    /// Both arms' panels, or nil.
    private static func panels(of runs: [RunRecord], _ data: ReportData) -> [Panel]? {
        // Where both run at once, one run is for both: the one with the most even shares.
        let shared = runs.filter { $0.arms.count > 1 }.min { distance($0) < distance($1) }
        let panels = ArmKey.allCases.compactMap { arm -> Panel? in
            let run =
                data.isShared
                ? shared : runs.first { run in run.arms.contains { $0.arm == arm.rawValue } }
            guard let run, let series = data.series[run.index] else { return nil }
            return Panel(
                arm: arm, run: run, flows: series.flows.filter { $0.arm == arm.rawValue },
                queue: series.queue)
        }
        return panels.count == ArmKey.allCases.count ? panels : nil
    }

    private static func distance(_ run: RunRecord) -> Double { abs((run.share ?? 0.5) - 0.5) }

    private static func goodput(_ panels: [Panel]) -> Double {
        panels.reduce(0) { sum, panel in
            let arm = panel.run.arms.first { $0.arm == panel.arm.rawValue }
            let goodput = arm?.metrics["goodput"] ?? 0
            return sum + (goodput.isFinite ? goodput : 0)
        }
    }
}
