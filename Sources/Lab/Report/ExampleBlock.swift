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

    /// Chosen by the records, so that only its series are read; where they are gone, the next best.
    ///
    /// - Parameter series: the series that there are, by ``RunRecord/index``.
    /// - Returns: nil when no undisturbed block has its series.
    static func find<Failure: Error>(
        _ data: ReportData, _ series: ([RunRecord]) throws(Failure) -> [Int: RunSeries]
    ) throws(Failure) -> ExampleBlock? {
        for (block, runs) in candidates(data) {
            let series = try series(data.isShared ? [runs[0]] : runs)
            let panels = zip(ArmKey.allCases, runs).compactMap { arm, run in
                series[run.index].map { series in
                    Panel(
                        arm: arm, run: run,
                        flows: series.flows.filter { $0.arm == arm.rawValue },
                        queue: series.queue)
                }
            }
            if panels.count == runs.count { return ExampleBlock(block: block, panels: panels) }
        }
        return nil
    }

    /// Blocks with the run of each arm, the one with the median goodput first, then those next to it.
    private static func candidates(_ data: ReportData) -> [(block: Int, runs: [RunRecord])] {
        let blocks = Dictionary(grouping: data.runs, by: \.block)
        let ascending = blocks.compactMap { block, runs in
            choose(runs, data).map { (block: block, runs: $0) }
        }.sorted { (goodput($0.runs), $0.block) < (goodput($1.runs), $1.block) }
        let middle = (ascending.count - 1) / 2
        return ascending.enumerated().sorted {
            (abs($0.offset - middle), $0.offset) < (abs($1.offset - middle), $1.offset)
        }.map(\.element)
    }

    /// A run for each arm, or nil.
    private static func choose(_ runs: [RunRecord], _ data: ReportData) -> [RunRecord]? {
        guard data.isShared else {
            let runs = ArmKey.allCases.compactMap { arm in
                runs.last { $0.treatment == arm.rawValue }
            }
            return runs.count == ArmKey.allCases.count ? runs : nil
        }
        // Where both run at once, one run is for both: the one with the most even shares.
        func distance(_ run: RunRecord) -> Double { abs((run.share ?? 0.5) - 0.5) }
        return runs.filter { $0.arms.count == ArmKey.allCases.count }
            .min { distance($0) < distance($1) }.map { [$0, $0] }
    }

    private static func goodput(_ runs: [RunRecord]) -> Double {
        zip(ArmKey.allCases, runs).reduce(0) { sum, pair in
            let arm = pair.1.arms.first { $0.arm == pair.0.rawValue }
            let goodput = arm?.metrics["goodput"] ?? 0
            return sum + (goodput.isFinite ? goodput : 0)
        }
    }
}
