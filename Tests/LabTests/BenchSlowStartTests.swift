import Glibc
import LinkModel
import TestSupport
import Testing
import Tuner
import Workloads

@testable import Lab

extension KernelSuites {
    @Suite struct BenchSlowStartTests {
        /// On a slow machine the first attempt shows how much time processes take to start.
        @Test func aLateLoadIsGivenMoreTime() throws {
            let bench = try BenchCommand()
            let slow = try bench.directory.write(
                "#!/bin/sh\nsleep 0.5\nexec '\(bench.binary)' \"$@\"\n", to: "slow")
            try #require(chmod(slow.string, 0o755) == 0)
            let text = "20Mbit rtt 20ms buffer 1bdp"
            let link = try LinkSpec.parse(text) { _ in [] }
            let tuner = try Tuner()
            let arm = try Arm.find("cubic", tuner)
            var benchmark = Benchmark(
                scenario: Scenario(
                    link: text, workload: try Workload(parsing: "bulk:500ms"), repeats: 1),
                path: .emulated(link, text: text), a: arm, b: arm, seed: 1,
                results: bench.results)
            benchmark.binary = slow.string
            let (directory, _) = try benchmark.run(tuner) { _ in }
            let late = try directory.records().map { record in
                record.disturbances.contains { $0.hasPrefix("the load was ready") }
            }
            #expect(late.count >= 3 && late[0] && !late.dropFirst().contains(true), "\(late)")
        }
    }
}
