import Foundation
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    /// Benchmarks from the command line to the report: what is measured fits together.
    @Suite final class BenchCommandTests {
        private let bench: BenchCommand

        init() throws {
            bench = try BenchCommand()
        }

        @Test func oneArmAtATime() throws {
            let (directory, output) = try bench.results(
                of: BenchCommand.link + [
                    "--a", "cubic", "--b", "bbr", "--workload", "bulk:1200ms", "--repeat", "2",
                    "--warm-up", "200ms",
                    "--aa", "--seed", "7",
                ])
            let records = try directory.complete(runs: 6)
            let all = try directory.records()
            for block in Dictionary(grouping: all, by: \.block).values {
                #expect(Set(block.map(\.seed)).count == 1)
                #expect(Set(block.map(\.treatment)) == ["a", "b", "a'"])
            }
            #expect(Set(all.map(\.seed)).count == 2)
            let series = try directory.series(of: all)
            #expect(series.count == all.count)
            for record in records { try check(record, try #require(series[record.index])) }

            let manifest = try directory.manifest()
            #expect(manifest.seed == 7 && manifest.repeats == 2 && manifest.warmUp == 0.2)
            #expect(manifest.a.name == "cubic" && manifest.b.profile.contains("algorithm: bbr"))
            #expect(manifest.environment["kernel"]?.isEmpty == false)
            #expect(manifest.environment["backend"] == "emulator")
            #expect(manifest.command.contains("--link '20Mbit rtt 20ms buffer 1bdp' --a cubic"))
            try checkReports(directory, output)
        }

        /// One run of one arm alone on the 20 Mbit/s, 20 ms link with 20 ms of buffer.
        private func check(_ record: RunRecord, _ series: RunSeries) throws {
            #expect(record.arms.map(\.arm) == [record.treatment])
            let metrics = record.arms[0].metrics
            let goodput = try #require(metrics["goodput"])
            // What waited for a lost packet since before the window comes with it.
            #expect(goodput > 13e6 && goodput < 22e6)
            let rtt = try #require(metrics["rtt_p50"])
            #expect(rtt >= 0.02 && rtt < 0.06)
            let delays = try #require(record.arms[0].distributions["rtt"])
            #expect(
                delays.percentiles.count == 101 && delays.percentiles == delays.percentiles.sorted()
            )

            let link = try #require(record.link)
            #expect(
                link.down.losses == 0 && link.down.utilisation > 0.75
                    && link.down.utilisation < 1.02)
            // The headers of a segment are 52 of 1500 bytes.
            let payload = Double(link.down.bytes) * 8 * 1448 / 1500
            #expect(abs(payload / goodput - 1) < 0.2)
            #expect(try #require(metrics["queueing_p95"]) <= 0.0205)
            #expect(metrics["drops"] == Double(link.down.queueDrops))

            #expect(series.flows.count == 1)
            let points = series.flows[0].points
            #expect(points.map(\.time) == points.map(\.time).sorted())
            var bits = 0.0
            for (last, point) in zip(points, points.dropFirst()) where last.time >= 0.19 {
                bits += point.goodput * (point.time - last.time)
            }
            // What one end has acknowledged and the other has received differs by a flight.
            #expect(abs(bits / goodput - 1) < 0.2)
            #expect(points.allSatisfy { $0.cwnd >= 1 && $0.rtt >= 0 })
            #expect(series.queue.contains { $0.bytes > 0 })
            #expect(series.queue.allSatisfy { $0.bytes <= 50_000 && $0.time < 3 })
        }

        /// The same from the files alone.
        private func checkReports(_ directory: ResultDirectory, _ output: Command.Output) throws {
            let html = try String(
                contentsOfFile: directory.path.appending("report.html").string, encoding: .utf8)
            #expect(html.contains("</html>") && html.contains("20Mbit rtt 20ms buffer 1bdp"))
            let copy = bench.directory.path.appending("copy.html").string
            let report = try bench.bench("report", directory.path.string, "--html", copy)
            #expect(report.status == 0)
            #expect(report.standardOutput == output.standardOutput)
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == html)
            #expect(report.standardOutput.contains("A = cubic, B = bbr"))
            let json = try bench.bench("report", directory.path.string, "--output", "json")
            let value = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8))
            let analysis = try #require((value as? [String: Any])?["analysis"] as? [String: Any])
            let expected = try BenchResult(directory).analysis
            #expect(analysis["blocks"] as? Int == expected.blocks)
            let comparisons = analysis["comparisons"] as? [[String: Any]] ?? []
            for comparison in expected.comparisons {
                #expect(
                    report.standardOutput.contains(Metric[comparison.metric]?.title ?? ""))
                #expect(comparisons.contains { $0["metric"] as? String == comparison.metric })
            }
            let calibration = analysis["calibration"] as? [[String: Any]] ?? []
            #expect(
                calibration.compactMap { $0["metric"] as? String }
                    == (expected.calibration ?? []).map(\.metric))
            #expect(try directory.records().undisturbed.count < 6 || calibration.count > 5)
        }

        /// Arms over one link, on hosts at two distances, from a scenario's file; one block, which
        /// is no verdict.
        @Test func bothAtOnceOverTwoDistances() throws {
            let scenario = try bench.directory.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Scenario
                metadata: { name: two-distances }
                spec:
                  link: 20Mbit rtt 20ms buffer 60ms
                  workload: bulk:1500ms,flows=2
                  design: coexist
                  hosts: [0ms, 30ms]
                  repeats: 1
                  a: cubic
                  b: reno

                """.replacing("buffer 60ms", with: "buffer 100p"), to: "two-distances.yaml")
            let (directory, output) = try bench.results(of: [scenario.string])
            #expect(directory.path.lastComponent?.string.hasSuffix("-two-distances") == true)
            #expect(
                try BenchResult(directory).analysis.comparisons.allSatisfy { $0.verdict == .none })
            // Together, and each alone.
            let records = try directory.complete(runs: 3)
            guard let record = records.first(where: { $0.treatment == "both" }) else { return }
            #expect(output.standardOutput.contains("repeat more often"))
            #expect(record.arms.map(\.arm) == ["a", "b"])
            let shares = record.arms.compactMap { $0.metrics["share"] }
            #expect(shares.count == 2 && abs(shares.reduce(0, +) - 1) < 1e-9)
            let goodputs = record.arms.compactMap { $0.metrics["goodput"] }
            // What waited for a lost packet since before the window comes with it.
            #expect(goodputs.reduce(0, +) < 23e6)
            #expect(goodputs.allSatisfy { $0 > 0.5e6 })

            let flows = try #require(try directory.series(of: [record])[record.index]).flows
            #expect(flows.map { "\($0.arm)\($0.flow)" } == ["a0", "a1", "b0", "b1"])
            for flow in flows {
                // 20 ms and 80 ms, and the same queue before both.
                let lowest = flow.points.map(\.rtt).filter { $0 > 0 }.min() ?? 0
                let base = flow.flow == 0 ? 0.02 : 0.08
                #expect(lowest >= base && lowest < base + 0.055, "\(flow.arm)\(flow.flow)")
            }
        }

        @Test func growingSharesOfTheFlows() throws {
            let (directory, _) = try bench.results(
                of: [
                    "--link", "50Mbit rtt 10ms buffer 200p", "--design", "mix", "--repeat", "1",
                    "--workload", "bulk:1200ms,flows=20", "--a", "cubic", "--b", "reno",
                ])
            let records = try directory.complete(runs: 5)
            #expect(
                Set(try directory.records().compactMap(\.share)) == Set(Scenario.shares))
            let series = try directory.series(of: records)
            for record in records {
                let flows = try #require(series[record.index]).flows
                let share = try #require(record.share)
                #expect(flows.count { $0.arm == "b" } == Int((share * 20).rounded()))
                #expect(flows.count == 20)
                let arms = share == 0 ? ["a"] : share == 1 ? ["b"] : ["a", "b"]
                #expect(record.arms.map(\.arm) == arms)
            }
            if records.count == 5 {
                let mix = try #require(try BenchResult(directory).mix)
                #expect(mix.points.map(\.share) == Scenario.shares)
                #expect(mix.total.contains { $0.metric == "goodput" })
            }
        }
    }
}
