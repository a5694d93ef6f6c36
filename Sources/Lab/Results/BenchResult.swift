import Statistics

/// A benchmark's results with what they say.
package struct BenchResult: Sendable {
    package let manifest: Manifest
    package let records: [RunRecord]
    package let analysis: Analysis
    package let mix: MixAnalysis?
    /// Nil with too few runs.
    package let nullSimulation: NullSimulation?
    private let directory: ResultDirectory

    /// Reads a directory and analyses it; the same files give the same numbers.
    package init(_ directory: ResultDirectory) throws(BenchError) {
        self.directory = directory
        manifest = try directory.manifest()
        records = try directory.records()
        let analyzer = Analyzer(manifest)
        analysis = analyzer.analyse(records)
        mix = analyzer.mix(records)
        nullSimulation = analyzer.simulateNull(records)
    }

    private var data: ReportData {
        ReportData(
            manifest: manifest, records: records, analysis: analysis, mix: mix,
            nullSimulation: nullSimulation)
    }

    package var text: String { TextReport.render(data) }

    package func html() throws(BenchError) -> String {
        let data = data
        return HTMLReport.render(data, try ExampleBlock.find(data, directory.series))
    }

    /// Both arms' cwnd over time as an SVG file; nil where no series are kept.
    package func cwndPlot() throws(BenchError) -> String? {
        let data = data
        return HTMLReport(
            data: data, conclusion: Conclusion(data),
            example: try ExampleBlock.find(data, directory.series)
        ).cwndPlot
    }

    /// How often an arm is found to differ from itself; nil with too few runs of it.
    package func simulateNull(arm: String, comparisons: Int) -> NullSimulation? {
        Analyzer(manifest).simulateNull(records, arm: arm, comparisons: comparisons)
    }

    /// How one arm of an earlier benchmark compares with the same arm of this one, block by block.
    package func compared(
        with earlier: BenchResult, arm: String
    ) throws(BenchError) -> Analysis {
        let before = earlier.manifest
        guard before.path == manifest.path, before.workload == manifest.workload,
            before.design == manifest.design
        else {
            throw BenchError(
                .invalid, "the two benchmarks aren't of the same path, workload and design",
                advice:
                    "compare '\(before.path)', \(before.workload), \(before.design) with the same")
        }
        // By the runs by which an arm is compared; each becomes one of its own.
        func relabelled(_ records: [RunRecord], as label: String) -> [RunRecord] {
            let records = manifest.design == "coexist" ? records.withHarm() : records
            return records.compared(arm, in: manifest.design).map { record in
                var record = record
                record.treatment = label
                record.share = nil
                record.arms = record.arms.filter { $0.arm == arm }.map { measurement in
                    var measurement = measurement
                    measurement.arm = label
                    return measurement
                }
                return record
            }
        }
        let analyzer = Analyzer(margins: manifest.margins, seed: manifest.seed)
        return analyzer.analyse(
            relabelled(earlier.records, as: "a") + relabelled(records, as: "b"))
    }
}
