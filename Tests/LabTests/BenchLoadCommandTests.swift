import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    /// Traffic that shell commands make.
    @Suite final class BenchLoadCommandTests {
        private let bench: BenchCommand

        init() throws {
            bench = try BenchCommand()
        }

        private static let server = "iperf3 -s -p {port} >/dev/null"

        private func run(
            _ command: String, server: String? = nil, for duration: String = "1500ms",
            _ more: String...
        ) throws -> Command.Output {
            try bench.run(
                BenchCommand.link
                    + ["--workload", "bulk:\(duration)", "--repeat", "1", "--command", command]
                    + (server.map { ["--server-command", $0] } ?? []) + more)
        }

        /// Both arms at once, each with a server at its own port.
        @Test func aCommandIsTheTraffic() throws {
            try KernelTest.require("iperf3")
            let client = "iperf3 -c {server} -p {port} -R -t 100 >/dev/null"
            let output = try run(client, server: Self.server, "--design", "coexist")
            let name = try #require(try bench.made().first)
            let directory = ResultDirectory(at: bench.results.appending(name))
            for record in try directory.records().undisturbed where record.treatment == "both" {
                let goodputs = record.arms.compactMap { $0.metrics["goodput"] }
                #expect(goodputs.count == 2 && goodputs.reduce(0, +) > 14e6)
                #expect(goodputs.reduce(0, +) < 23e6)
                #expect(record.arms.allSatisfy { ($0.metrics["rtt_p50"] ?? 0) >= 0.02 })
                let shares = record.arms.compactMap { $0.metrics["share"] }
                #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
            }
            #expect(try directory.manifest().workload.contains(client))
            #expect(output.standardOutput.contains(client))
        }

        /// It ends by itself: what is measured ends then, too.
        @Test func aCommandThatEnds() throws {
            try KernelTest.require("iperf3")
            // 20 Mbit/s for 0.8 s.
            let output = try run(
                "iperf3 -c {server} -p {port} -R -n 2M >/dev/null", server: Self.server)
            let name = try #require(try bench.made().first)
            let records = try ResultDirectory(at: bench.results.appending(name)).records()
            for record in records where record.disturbances.isEmpty {
                let goodput = try #require(record.arms[0].metrics["goodput"])
                #expect(goodput > 12e6 && goodput < 20e6, "\(output.standardError)")
            }
        }

        @Test func commandsThatFail() throws {
            let missing = try run("/nonexistent")
            #expect(missing.status == 1)
            #expect(missing.standardError.contains("'/nonexistent' can't be run"))
            #expect(missing.standardError.contains("not found"))
            let silent = try run("true", server: "exit 3")
            #expect(silent.status == 1)
            #expect(silent.standardError.contains("'exit 3' ended, or didn't listen"))
            let failing = try run("exit 3")
            #expect(failing.status == 1)
            #expect(failing.standardError.contains("the command of a ended with status 3"))
            #expect(failing.standardError.contains("every block was disturbed"))
        }

        /// However they detach themselves, the commands' processes end with their run.
        @Test func nothingOutlivesTheRun() throws {
            let marker = "1000.\(getpid())"
            let output = try run("setsid sleep \(marker) & sleep \(marker)", for: "300ms")
            #expect(output.standardError.contains("transferred nothing"))
            let listing = try Command.check(["ps", "-eo", "args"])
            #expect(!listing.contains("sleep \(marker)"))
        }
    }
}
