import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    @Suite final class BenchCompareTests {
        private let bench: BenchCommand

        init() throws {
            bench = try BenchCommand()
        }

        /// A is slower the second time, B as before.
        @Test func aRegressionIsFound() throws {
            let (fast, slow) = (try bench.profile(rate: "8Mbit"), try bench.profile(rate: "2Mbit"))
            let directories = try [fast, slow].map { a in
                try bench.results(
                    of: [
                        "--link", "50Mbit rtt 10ms", "--a", a, "--b", slow, "--design", "coexist",
                        "--workload", "bulk:350ms", "--repeat", "10", "--margin", "50%",
                    ]).directory
            }
            // Where the machine is too busy, there is no verdict.
            let blocks = try directories.map {
                Set(try $0.records().undisturbed.map(\.block)).count
            }
            guard blocks.allSatisfy({ $0 >= 9 }) else { return }
            let (old, new) = (directories[0].path.string, directories[1].path.string)
            let worse = try bench.bench(
                "compare", old, new, "--arm", "a", "--fail-on", "regression")
            #expect(worse.status == 2, "\(worse.standardOutput)")
            #expect(worse.standardError.contains("worse than before: goodput"))
            #expect(worse.standardOutput.contains("Goodput"))
            let better = try bench.bench(
                "compare", new, old, "--arm", "a", "--fail-on", "regression", "--output", "json")
            #expect(better.status == 0, "\(better.standardOutput)")
            #expect(try verdict("goodput", better) == "better")
            let same = try bench.bench(
                "compare", old, new, "--arm", "b", "--fail-on", "regression", "--output", "json")
            #expect(same.status == 0, "\(same.standardOutput)")
            #expect(try verdict("goodput", same) == "equivalent")
            // Only told.
            #expect(try bench.bench("compare", old, new, "--arm", "a").status == 0)
        }

        private func verdict(_ metric: String, _ output: Command.Output) throws -> String? {
            let value = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8))
            let comparisons = (value as? [String: Any])?["comparisons"] as? [[String: Any]]
            return comparisons?.first { $0["metric"] as? String == metric }?["verdict"] as? String
        }
    }
}
