import Glibc
import Host
import Statistics
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    /// Benchmarks that don't get to their end.
    @Suite final class BenchInterruptionTests {
        private let bench: BenchCommand
        private let endless =
            BenchCommand.link + ["--workload", "bulk:500ms", "--repeat", "500", "--b", "reno"]

        init() throws {
            bench = try BenchCommand()
        }

        /// How many runs are finished so far.
        private func finished() throws -> Int {
            guard let name = try bench.made().last else { return 0 }
            return try ResultDirectory(at: bench.results.appending(name)).records().count
        }

        @Test(arguments: [(SIGINT, 0), (SIGINT, 2), (SIGTERM, 1), (SIGHUP, 1)])
        func aSignalEndsItInGoodOrder(signal: CInt, runs: Int) throws {
            var child = try bench.start(endless)
            let pid = child.pid
            #expect(
                try eventually(within: .seconds(30)) {
                    try self.bench.made().count == 1 && self.finished() >= runs
                })
            try child.signal(signal)
            let output = try child.wait(timeout: .seconds(5))
            #expect(output.status == 130)
            #expect(output.standardError.contains("interrupted; what was finished is kept"))
            #expect(try BenchCommand.leftovers(of: pid, bench.binary) == [])

            let directory = ResultDirectory(at: bench.results.appending(try bench.made()[0]))
            #expect(try !directory.manifest().isComplete)
            #expect(try directory.records().count >= runs)
            let report = try bench.bench("report", directory.path.string)
            #expect(report.status == 0 && report.standardOutput == output.standardOutput)
        }

        @Test func nobodyReadsItsWords() throws {
            let words =
                [bench.binary, "bench", "run", "--results", bench.results.string]
                + BenchCommand.link + ["--workload", "bulk:300ms", "--repeat", "1"]
            _ = try Command.run(["sh", "-c", "\"$@\" 2>&1 | true", "sh"] + words)
            #expect(eventually { BenchCommand.processes(of: self.bench.binary).isEmpty })
            let directory = ResultDirectory(
                at: bench.results.appending(try #require(try bench.made().first)))
            #expect(try directory.manifest().isComplete)
        }

        /// A terminal sends Ctrl-C to the load as well, which then ends by itself.
        @Test func theTerminalsInterruption() throws {
            var child = try bench.start(endless, through: ["setsid"])
            let pid = child.pid
            #expect(try eventually(within: .seconds(30)) { try self.finished() >= 1 })
            #expect(kill(-pid, SIGINT) == 0)
            #expect(try child.wait(timeout: .seconds(5)).status == 130)
            #expect(try BenchCommand.leftovers(of: pid, bench.binary) == [])
            let name = try #require(try bench.made().last)
            let records = try ResultDirectory(at: bench.results.appending(name)).records()
            #expect(records.allSatisfy { !$0.disturbances.contains { $0.contains("early") } })
        }

        /// Killed at random moments: what it had in memory goes at once, its load notices, and the
        /// next benchmark removes the rest.
        @Test func nothingIsLeftByWhatWasKilled() throws {
            let binary = bench.binary
            var random = Xoshiro256(seed: 42)
            var pids: [pid_t] = []
            for round in 0..<12 {
                let command =
                    round % 3 == 0
                    ? ["--command", "sleep 1000 & setsid sleep 1000 & sleep 1000"] : []
                var child = try bench.start(endless + command)
                pids.append(child.pid)
                usleep(UInt32(random.uniform() * 800_000))
                try child.signal(SIGKILL)
                _ = try child.wait()
                #expect(eventually { BenchCommand.processes(of: binary).isEmpty })
            }
            let mount = try CgroupHierarchy.discover().mountPoint
            let cgroups = pids.map { mount.appending("tcptune-bench-\($0)").string }
            #expect(cgroups.contains { access($0, F_OK) == 0 })
            // Not the processes of commands, which don't know of it, either.
            for path in cgroups where access(path, F_OK) == 0 {
                let cgroup = try CgroupHierarchy.discover().cgroup(at: path)
                #expect(try eventually { try cgroup.processes(recursive: true).isEmpty })
            }
            _ = try bench.results(
                of: BenchCommand.link + ["--workload", "bulk:500ms", "--repeat", "1"])
            for pid in pids {
                #expect(try BenchCommand.leftovers(of: pid, binary) == [])
            }
            // Whatever was finished can be reported; a directory may be younger than its manifest.
            for name in try bench.made() {
                let path = bench.results.appending(name)
                guard access(path.appending("manifest.json").string, F_OK) == 0 else { continue }
                let report = try bench.bench("report", path.string)
                #expect(report.status == 0, "\(report.standardError)")
            }
        }

        /// It keeps its hands off a benchmark that runs at the same time.
        @Test func anotherBenchmarkIsLeftAlone() throws {
            var first = try bench.start(endless)
            let pid = first.pid
            #expect(try eventually(within: .seconds(30)) { try self.finished() >= 1 })
            var second = try bench.start(
                BenchCommand.link + ["--workload", "bulk:300ms", "--repeat", "1"])
            _ = try second.wait()
            let mount = try CgroupHierarchy.discover().mountPoint
            #expect(access(mount.appending("tcptune-bench-\(pid)/a").string, F_OK) == 0)
            try first.signal(SIGTERM)
            #expect(try first.wait().status == 130)
            #expect(try BenchCommand.leftovers(of: pid, bench.binary) == [])
        }

        /// The disk is full at some moment, or can't be written at all.
        @Test(arguments: [
            ("size=48k", "No space left on device"), ("ro", "Read-only file system"),
        ])
        func resultsThatCannotBeWritten(mount: String, reason: String) throws {
            let script = """
                mkdir "$1" && mount -t tmpfs -o \(mount) tmpfs "$1" && shift
                "$@"; status=$?
                for manifest in "$directory"/*/manifest.json; do
                    [ -e "$manifest" ] || continue
                    "$1" bench report "${manifest%/*}" >&2 || exit 99
                done
                exit $status
                """
            let output = try bench.run(
                endless,
                through: [
                    "unshare", "-m", "env", "directory=\(bench.results)", "sh", "-c", script, "sh",
                    bench.results.string,
                ])
            #expect(output.status == 1)
            #expect(output.standardError.contains(reason), "\(output.standardError)")
            #expect(output.standardError.contains(bench.results.string))
        }
    }
}
