import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    /// Traffic of each kind, and where it goes.
    @Suite final class BenchTrafficTests {
        private let bench: BenchCommand

        init() throws {
            bench = try BenchCommand()
        }

        /// Short flows, of which a block's arms have the same and lose the same.
        @Test func aBlocksRunsMeetTheSameLosses() throws {
            let (directory, _) = try bench.results(
                of: [
                    "--link", "20Mbit rtt 20ms buffer 1bdp loss 1%", "--a", "cubic", "--b", "cubic",
                    "--workload", "flows:1200ms,load=50%,size-cap=50KB,drain=300ms", "--repeat",
                    "2",
                    "--warm-up", "0", "--seed", "8",
                ])
            let records = try directory.complete(runs: 4)
            guard records.count == 4 else { return }
            let losses = Dictionary(grouping: records, by: \.block).mapValues { block in
                block.compactMap { $0.link.map { Int($0.down.losses) } }
            }
            for block in losses.values {
                #expect(block.count == 2)
                // A flow's last packets may come in another order, or twice.
                #expect(block[0] > 2 && abs(block[0] - block[1]) <= 2, "\(losses)")
            }
            let means = losses.values.map { $0.reduce(0, +) / 2 }
            #expect(abs(means[0] - means[1]) > 2, "\(losses)")
            for name in ["fct_p50", "fct_p95", "fct_p99", "fct_small_p50", "retransmitted"] {
                #expect(records.allSatisfy { ($0.arms[0].metrics[name] ?? 0) > 0 }, "\(name)")
            }
            for record in records {
                let completion = try #require(record.arms[0].distributions["completion"])
                #expect(completion.percentiles[0] >= 0.02)
            }
        }

        @Test func requestsAndVideo() throws {
            let (directory, _) = try bench.results(
                of: BenchCommand.link + [
                    "--workload",
                    "rr:1200ms,concurrency=4+video:1200ms,bitrate=2Mbit,segment=200ms",
                    "--repeat", "1", "--design", "coexist", "--warm-up", "200ms",
                ])
            for arm in try directory.complete(runs: 3).flatMap(\.arms) {
                let median = try #require(arm.metrics["latency_p50"])
                #expect(median >= 0.02 && median <= (arm.metrics["latency_p99"] ?? 0))
                let perSecond = try #require(arm.metrics["requests"])
                #expect(perSecond > 20 && perSecond <= 4 / 0.02)
                let stalled = try #require(arm.metrics["rebuffering"])
                #expect(stalled >= 0 && stalled < 1)
            }
        }

        /// Both ends as on a real path: a namespace each.
        @Test func aRealPath() throws {
            try KernelTest.require("ip")
            let ends = try NetworkPair()
            // As fast as it goes, the load would need both CPUs.
            let slow = try bench.profile(rate: "100Mbit")
            let server = try ChildProcess(
                [bench.binary, "bench", "serve", "--port", "5299"], ends.b.placement)
            defer { try? server.signal(SIGTERM) }
            #expect(try eventually { try server.standardOutput().contains("ready 5299") })
            let (directory, _) = try bench.results(
                of: [
                    "--path", "\(ends.b.ipv4):5299", "--workload", "bulk:500ms", "--repeat", "1",
                    "--a", slow, "--b", slow,
                ], ends.a.placement)
            #expect(Set(try directory.records().map(\.treatment)) == ["a", "b"])
            for record in try directory.complete(runs: 2) {
                #expect(record.link == nil)
                let goodput = try #require(record.arms[0].metrics["goodput"])
                #expect(goodput > 50e6 && goodput < 110e6)
                #expect(record.arms[0].metrics["rtt_p50"] != nil)
            }
            let manifest = try directory.manifest()
            #expect(manifest.path == "\(ends.b.ipv4):5299")
        }

        /// Arms are profiles on cgroups like everybody's.
        @Test func armsAreSeenWhileTheyRun() throws {
            var child = try bench.start(
                BenchCommand.link + [
                    "--a", "wan-bulk", "--b", "reno", "--workload", "bulk:9s", "--repeat", "1",
                ])
            let mount = try CgroupHierarchy.discover().mountPoint
            let cgroup = "tcptune-bench-\(child.pid)"
            let (binary, pid) = (bench.binary, child.pid)
            var status = ""
            #expect(
                try eventually {
                    status = try Command.check([binary, "status"])
                    return status.contains("/\(cgroup)/b ")
                })
            for line in status.split(separator: "\n") where line.contains(cgroup) {
                #expect(
                    line.contains(line.contains("/\(cgroup)/a ") ? "wan-bulk" : "reno"),
                    "\(status)")
            }
            // The load's connections are theirs.
            let targets = ["a", "b"].flatMap { ["--cgroup", "\(mount)/\(cgroup)/\($0)"] }
            #expect(
                try eventually {
                    try Command.check([binary, "connections"] + targets).contains("198.19.0.1:")
                })
            try child.signal(SIGTERM)
            #expect(try child.wait().status == 130)
            #expect(try BenchCommand.leftovers(of: pid, binary) == [])
        }
    }
}
