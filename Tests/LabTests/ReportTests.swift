import Foundation
import TestSupport
import Testing

@testable import Lab

@Suite struct ReportTests {
    private func html(_ benchmark: SyntheticBenchmark) -> String {
        let data = benchmark.data
        return HTMLReport.render(data, ExampleBlock.find(data) { _ in benchmark.series })
    }

    private func text(_ benchmark: SyntheticBenchmark) -> String {
        TextReport.render(benchmark.data)
    }

    private func headings(_ document: XMLText) -> [String] {
        document.elements.filter { ["h2", "h3"].contains($0.name) }.map(\.text)
    }

    @Test func hasEverySection() throws {
        var benchmark = SyntheticBenchmark()
        benchmark.disturb(block: 3)
        let document = try XMLText(html(benchmark))
        #expect(
            headings(document) == [
                "What differs", "Throughput against delay", "Over time", "Goodput",
                "Congestion window", "Smoothed RTT", "Queue at the bottleneck", "Distributions",
                "Calibration", "Disturbed runs", "How it was made",
                "The command that repeats it", "Profiles", "Environment",
            ])
        let pre = document.named("pre").map(\.text)
        #expect(
            pre == [
                benchmark.manifest.command, benchmark.manifest.a.profile,
                benchmark.manifest.b.profile,
            ])
        let body = document.named("body")[0].text
        for fact in [
            "50Mbit rtt 40ms buffer 1bdp", "bulk:30s flows 1", "20260301", "2026-03-01 14:30 UTC",
            "tso gso gro", "needs ~64 blocks", "the emulator was 7.31 ms late",
            "none of 3 metrics differs",
        ] {
            #expect(body.contains(fact), "\(fact)")
        }
    }

    @Test func showsSharesWhereTheLinkIsShared() throws {
        let document = try XMLText(html(SyntheticBenchmark(design: "coexist", flows: 3)))
        let headings = headings(document)
        #expect(headings.contains("Shares of the goodput"))
        #expect(!headings.contains("Goodput"))
        #expect(headings.contains("Queue at the bottleneck"))
    }

    @Test func staysSmall() {
        #expect(html(SyntheticBenchmark(blocks: 20)).utf8.count < 1_000_000)
        #expect(html(SyntheticBenchmark(flows: 4)).utf8.count < 1_000_000)
        #expect(html(SyntheticBenchmark(flows: 9)).utf8.count < 1_000_000)
    }

    @Test func needsNothingElse() throws {
        let text = html(SyntheticBenchmark())
        for reference in ["http:", "https:", "src=", "href=", "url(", "@import", "<script"] {
            #expect(!text.contains(reference), "\(reference)")
        }
    }

    @Test func everyChartIsNamed() throws {
        let charts = try XMLText(html(SyntheticBenchmark())).named("svg")
        #expect(charts.count > 10)
        for chart in charts {
            #expect(chart.attributes["role"] == "img")
            #expect(chart.attributes["aria-label"]?.isEmpty == false)
        }
    }

    @Test func escapesHostileNames() throws {
        let hostile = "<script>alert('x')</script>\u{1B}[2J\u{202E}\"&"
        var benchmark = SyntheticBenchmark(a: hostile, b: "]]><!-- " + hostile, blocks: 2)
        benchmark.manifest.scenario = hostile
        benchmark.manifest.description = hostile
        benchmark.manifest.path = hostile
        benchmark.manifest.environment = [hostile: hostile]
        benchmark.analysis.comparisons[0].metric = hostile
        benchmark.disturb(block: 0)
        benchmark.records[benchmark.records.count - 1].disturbances = [hostile]
        let page = html(benchmark)
        let document = try XMLText(page)
        #expect(document.named("script").isEmpty)
        #expect(!page.contains("\u{1B}") && !page.contains("\u{202E}"))
        #expect(document.named("h1")[0].text.contains("<script>alert('x')</script>"))
        let terminal = text(benchmark)
        #expect(!terminal.contains("\u{1B}") && !terminal.contains("\u{202E}"))
    }

    /// They would take memory or time without end, or an index beyond the end.
    @Test func numbersThatNobodyMeasuredAreRefused() throws {
        func isRead<Value: Codable & Plausible>(_ value: Value) throws -> Bool {
            let json = try JSONEncoder().encode(value)
            return (try? ResultDirectory.decode(json) as Value) != nil
        }
        let benchmark = SyntheticBenchmark(blocks: 2)
        var manifest = benchmark.manifest
        #expect(try isRead(manifest))
        manifest.duration = 1e300
        #expect(try !isRead(manifest))
        var record = benchmark.records[0]
        #expect(try isRead(record))
        record.arms[0].distributions["rtt"]?.percentiles.removeLast()
        #expect(try !isRead(record))
        func series(_ times: [Double]) -> RunSeries {
            let points = times.map {
                RunSeries.Point(time: $0, goodput: 1, cwnd: 1, rtt: 1)
            }
            return RunSeries(flows: [.init(arm: "a", flow: 0, points: points)], queue: [])
        }
        #expect(try isRead(series([0, 1, 2])))
        for times in [[0, 2, 1], [0, 1e9], [-1, 0]] { #expect(try !isRead(series(times))) }
    }

    @Test func survivesWhatIsNoNumber() throws {
        var benchmark = SyntheticBenchmark(blocks: 2)
        for value in [Double.nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude] {
            for index in benchmark.analysis.comparisons.indices {
                let estimate = Analysis.Estimate(value: value, low: -value, high: value)
                benchmark.analysis.comparisons[index].a = estimate
                benchmark.analysis.comparisons[index].effect = estimate
                benchmark.analysis.comparisons[index].adjustedPValue = value
            }
            for run in benchmark.records.indices {
                for arm in benchmark.records[run].arms.indices {
                    benchmark.records[run].arms[arm].metrics["goodput"] = value
                    benchmark.records[run].arms[arm].distributions["rtt"]?.percentiles[99] = value
                }
            }
            for index in benchmark.series.keys {
                benchmark.series[index]?.flows[0].points[7].cwnd = value
                benchmark.series[index]?.flows[0].points[8].time = value
                benchmark.series[index]?.queue[9].bytes = value
            }
            benchmark.manifest.started = value
            benchmark.manifest.duration = value
            benchmark.manifest.warmUp = value
            _ = try XMLText(html(benchmark))
            #expect(text(benchmark).hasSuffix("\n"))
        }
    }

    @Test func saysWhenThereIsNothing() throws {
        var benchmark = SyntheticBenchmark(blocks: 0)
        benchmark.analysis = Analysis(
            comparisons: [], calibration: nil, blocks: 0, disturbedRuns: 0)
        benchmark.manifest.isComplete = false
        benchmark.manifest.repeats = 20
        let document = try XMLText(html(benchmark))
        #expect(headings(document).first == "Calibration")
        let body = document.named("body")[0].text
        #expect(body.contains("There is no undisturbed block"))
        #expect(body.contains("interrupted: 0 of 20 blocks"))
        #expect(text(benchmark).contains("There is no undisturbed block"))
    }

    @Test func leavesOutDisturbedRuns() throws {
        var benchmark = SyntheticBenchmark(blocks: 3)
        for index in benchmark.records.indices where benchmark.records[index].block != 1 {
            benchmark.records[index].disturbances = ["stalled"]
        }
        let document = try XMLText(html(benchmark))
        #expect(document.named("body")[0].text.contains("Block 1, the one with the median goodput"))
    }

    @Test func tellsTheVerdictInOneSentence() {
        let benchmark = SyntheticBenchmark()
        #expect(
            text(benchmark).hasSuffix(
                "\nwan-bulk is better than cubic in RTT p95 (-42.5 %) and 2 more, and worse in "
                    + "retransmitted (+1380 %); equivalent in goodput, utilisation and Jain index; "
                    + "inconclusive in completion p95 and CPU.\n"))
        var same = SyntheticBenchmark(a: "cubic", b: "cubic")
        for index in same.analysis.comparisons.indices {
            same.analysis.comparisons[index].verdict = index == 0 ? .equivalent : .inconclusive
        }
        #expect(
            text(same).hasSuffix(
                "\nNo difference between cubic (B) and cubic (A) was shown: equivalent in goodput; "
                    + "inconclusive in RTT p95, retransmitted, utilisation, completion p95 and "
                    + "4 more.\n"))
        var single = SyntheticBenchmark(blocks: 1)
        for index in single.analysis.comparisons.indices {
            single.analysis.comparisons[index].verdict = .none
        }
        #expect(text(single).contains("1 block can't tell whether wan-bulk differs from cubic"))
    }

    /// What is the same in every row is said once, and what never changes has none.
    @Test func saysOnceWhatAgrees() throws {
        var benchmark = SyntheticBenchmark(blocks: 2)
        for index in benchmark.analysis.comparisons.indices {
            benchmark.analysis.comparisons[index].verdict = .inconclusive
            benchmark.analysis.comparisons[index].blocksToSettle = 9
        }
        let sentence = "About 9 blocks would settle what is inconclusive."
        #expect(text(benchmark).contains("\n\(sentence)\n"))
        #expect(!text(benchmark).contains("NEEDS") && !text(benchmark).contains("CE marks  "))
        #expect(text(benchmark).contains("\nEqual in all runs: CE marks 0.\n"))
        let body = try XMLText(html(benchmark)).named("body")[0].text
        #expect(body.contains(sentence) && !body.contains("needs ~9"))
        #expect(body.contains("Equal in all runs: CE marks 0."))
        benchmark.analysis.comparisons[0].blocksToSettle = 5
        #expect(text(benchmark).contains("~5 blocks") && !text(benchmark).contains(sentence))
        // Nor has a single run anything but its values.
        for index in benchmark.analysis.comparisons.indices {
            benchmark.analysis.comparisons[index].verdict = .none
            benchmark.analysis.comparisons[index].blocksToSettle = nil
            benchmark.analysis.comparisons[index].adjustedPValue = nil
        }
        #expect(!text(benchmark).contains("VERDICT"))
        for index in (benchmark.analysis.calibration ?? []).indices {
            benchmark.analysis.calibration?[index].verdict = .none
        }
        #expect(text(benchmark).contains("A against itself: too few blocks to judge by."))
    }

    @Test func tellsSharesAndHarm() throws {
        let benchmark = SyntheticBenchmark(design: "coexist", blocks: 8)
        let harm = "Than alone, cubic has 49.9 % less goodput beside wan-bulk"
        #expect(text(benchmark).contains(harm))
        #expect(text(benchmark).contains("Harm to goodput"))
        let header = try XMLText(html(benchmark)).named("header")[0].text
        #expect(header.contains(harm))
    }

    @Test func tellsNaiveFromTotalEffects() throws {
        let benchmark = SyntheticBenchmark(design: "mix", blocks: 8, flows: 2)
        let text = text(benchmark)
        let sentence = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("With wan-bulk for 50 % of") })
        #expect(sentence.contains("an A/B test would have said: goodput +10"))
        #expect(sentence.contains("(better)"))
        let rollout = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("The roll-out to all flows does") })
        #expect(rollout.contains("goodput +"))
        #expect(text.contains("Naive") && text.contains("Spillover") && text.contains("B 95 %"))
        let document = try XMLText(html(benchmark))
        #expect(headings(document).contains("Naive, total and spillover"))
        let charts = document.named("svg").compactMap { $0.attributes["aria-label"] }
        #expect(
            charts.filter { $0 == "Effect on goodput against the share of wan-bulk's flows" }
                .count == 2)
        #expect(!html(SyntheticBenchmark()).contains("Spillover"))
    }

    @Test func showsTheNullSimulation() throws {
        var benchmark = SyntheticBenchmark(blocks: 12)
        benchmark.nullSimulation = Analyzer(benchmark.manifest).simulateNull(
            benchmark.records, comparisons: 50)
        let sentence = "Null simulation: A's runs compared with each other 50 times, in 6 pairs"
        #expect(text(benchmark).contains("\n\(sentence)"))
        let body = try XMLText(html(benchmark)).named("body")[0].text
        #expect(body.contains(sentence) && body.contains("p < 0.05"))
    }

    /// Only the block that is shown is read; where its series are gone, the next best one's.
    @Test func readsOneBlock() throws {
        let data = SyntheticBenchmark(blocks: 5).data
        var asked: [[Int]] = []
        let missing = ExampleBlock.find(data) { runs in
            asked.append(runs.map(\.index))
            return [:]
        }
        #expect(missing == nil && asked.count == 5 && Set(asked.joined()).count == 10)
        let series = SyntheticBenchmark(blocks: 5).series
        asked = []
        let found = ExampleBlock.find(data) { runs in
            asked.append(runs.map(\.index))
            return asked.count == 2 ? series : [:]
        }
        #expect(found?.panels.map(\.run.index) == asked.last && asked.count == 2)
        let shared = SyntheticBenchmark(design: "coexist", blocks: 3)
        asked = []
        _ = ExampleBlock.find(shared.data) { runs in
            asked.append(runs.map(\.index))
            return shared.series
        }
        #expect(asked.count == 1 && asked[0].count == 1)
        #expect(shared.records[asked[0][0]].treatment == "both")
    }

    /// Samples that are further apart than the stretches hold in between.
    @Test func flowsHoldBetweenSamples() {
        let points = [0.1, 0.2, 0.4, 0.5].map {
            RunSeries.Point(time: $0, goodput: $0 == 0.4 ? 30 : 10, cwnd: 1, rtt: 1)
        }
        let flow = RunSeries.Flow(arm: "a", flow: 0, points: points)
        let bins = FlowBins([flow, flow], until: 0.45, count: 9, \.goodput)
        #expect(bins.sums.map { $0.rounded() } == [20, 20, 20, 20, 60, 60, 60, 60, 20])
        #expect(bins.quantile(0.5).allSatisfy { ($0.y.rounded() - 20).magnitude == 10 })
        let late = FlowBins([flow], until: 1, count: 10, \.goodput)
        #expect(late.sums[7] == 0 && late.quantile(0.5)[7].y.isNaN)
    }

    @Test func warnsOfACalibrationThatFails() throws {
        var benchmark = SyntheticBenchmark()
        benchmark.analysis.calibration?[0].verdict = .worse
        let document = try XMLText(html(benchmark))
        let header = try #require(document.named("header").first).text
        #expect(header.contains("A against itself differs in goodput"))
    }

    @Test func alignsTheTable() throws {
        let lines = text(SyntheticBenchmark()).split(separator: "\n").map(String.init)
        let header = try #require(lines.first { $0.hasPrefix("METRIC") })
        let rows = lines.drop { $0 != header }.dropFirst().prefix(9)
        let verdict = try #require(header.range(of: "VERDICT")).lowerBound
        for row in rows {
            let index = row.index(
                row.startIndex, offsetBy: header.distance(from: header.startIndex, to: verdict))
            #expect(row[row.index(before: index)] == " " && row[index] != " ")
        }
        #expect(rows.count == 9)
        #expect(rows.first?.contains("47.2 Mbit/s") == true)
        #expect(rows.first?.contains("+0.883 to +2.083 %") == true)
        #expect(rows.allSatisfy { $0.count <= 120 })
    }

    @Test(arguments: [
        (0.0, "1970-01-01 00:00 UTC"), (951_782_340, "2000-02-28 23:59 UTC"),
        (951_826_154, "2000-02-29 12:09 UTC"), (1_709_251_199, "2024-02-29 23:59 UTC"),
        (4_107_542_400, "2100-03-01 00:00 UTC"), (-1, "1969-12-31 23:59 UTC"), (.nan, "-"),
    ])
    func datesAreUTC(seconds: Double, text: String) {
        #expect(ReportFacts.date(seconds) == text)
    }

    /// Reports to look at: `TCPTUNE_REPORTS=DIRECTORY swift test --filter writesReports`, then
    /// `Scripts/check-report` on them.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TCPTUNE_REPORTS"] != nil))
    func writesReports() throws {
        let directory = URL(
            filePath: ProcessInfo.processInfo.environment["TCPTUNE_REPORTS"] ?? ".")
        var sequential = SyntheticBenchmark(blocks: 20)
        sequential.disturb(block: 3)
        var single = SyntheticBenchmark(
            a: "a-profile-with-quite-a-long-name-for-a-phone",
            b: "another-profile-with-an-even-longer-name-than-that", blocks: 1)
        for index in single.analysis.comparisons.indices {
            single.analysis.comparisons[index].verdict = .none
            single.analysis.comparisons[index].adjustedPValue = nil
            single.analysis.comparisons[index].pValue = nil
            single.analysis.comparisons[index].blocksToSettle = nil
        }
        single.analysis.calibration = nil
        single.manifest.isComplete = false
        single.manifest.repeats = 20
        sequential.nullSimulation = Analyzer(sequential.manifest).simulateNull(
            sequential.records, comparisons: 200)
        for (name, benchmark) in [
            ("sequential", sequential),
            ("mix", SyntheticBenchmark(design: "mix", blocks: 10, flows: 2)),
            ("coexist", SyntheticBenchmark(design: "coexist", blocks: 20, flows: 2)),
            ("many", SyntheticBenchmark(blocks: 8, flows: 12)), ("single", single),
        ] {
            try Data(html(benchmark).utf8).write(to: directory.appending(path: name + ".html"))
            try Data(text(benchmark).utf8).write(to: directory.appending(path: name + ".txt"))
        }
    }
}
