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
            "tso gso gro", "about 64 blocks would settle it", "the emulator was 7.31 ms late",
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
                "\nwan-bulk is better than cubic in RTT p50 (-32.4 %), RTT p95 (-42.5 %) and queueing "
                    + "delay p95 (-86.8 %), and worse in retransmitted (+1380 %); equivalent in "
                    + "3 metrics, inconclusive in 2 metrics.\n"))
        var same = SyntheticBenchmark(a: "cubic", b: "cubic")
        for index in same.analysis.comparisons.indices {
            same.analysis.comparisons[index].verdict = index == 0 ? .equivalent : .inconclusive
        }
        #expect(
            text(same).hasSuffix(
                "\nNo difference between cubic (B) and cubic (A) was shown: equivalent in goodput, "
                    + "inconclusive in 9 metrics.\n"))
        var single = SyntheticBenchmark(blocks: 1)
        for index in single.analysis.comparisons.indices {
            single.analysis.comparisons[index].verdict = .none
        }
        #expect(text(single).contains("1 block can't tell whether wan-bulk differs from cubic"))
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
        #expect(rows.first?.contains("+0.883 to +2.08 %") == true)
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
        for (name, benchmark) in [
            ("sequential", sequential),
            ("coexist", SyntheticBenchmark(design: "coexist", blocks: 20, flows: 2)),
            ("many", SyntheticBenchmark(blocks: 8, flows: 12)), ("single", single),
        ] {
            try Data(html(benchmark).utf8).write(to: directory.appending(path: name + ".html"))
            try Data(text(benchmark).utf8).write(to: directory.appending(path: name + ".txt"))
        }
    }
}
