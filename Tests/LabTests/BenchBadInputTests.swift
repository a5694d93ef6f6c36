import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Lab

extension KernelSuites {
    /// What can be typed wrongly or isn't there: a clear error, the designed exit code, and nothing
    /// made.
    @Suite final class BenchBadInputTests {
        private let bench: BenchCommand

        init() throws {
            bench = try BenchCommand()
        }

        private func refuses(
            _ arguments: [String], exit: CInt = 65, saying words: String...,
            through wrapper: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let output = try bench.run(arguments, through: wrapper)
            #expect(output.status == exit, sourceLocation: sourceLocation)
            #expect(output.standardOutput == "", sourceLocation: sourceLocation)
            for word in words {
                #expect(
                    output.standardError.contains(word), "\(output.standardError)",
                    sourceLocation: sourceLocation)
            }
            #expect(try bench.made() == [], sourceLocation: sourceLocation)
        }

        @Test func linksAndTraces() throws {
            try refuses(
                ["--link", "50Mbit rtt 40mz"],
                saying: "\n50Mbit rtt 40mz\n             ^\nunknown unit 'mz'")
            for (text, place) in [
                ("1\n2\nx\n", "3: 'x' is no time"), ("5\n3\n", "2: 3 is less than the time before"),
                ("5\n70000\n", "2: nothing for 69995 ms"), ("", " the file is empty"),
            ] {
                let file = try bench.directory.write(text, to: "some.trace").string
                try refuses(["--link", "trace \(file) rtt 20ms"], saying: "\(file):\(place)")
            }
            let missing = bench.directory.path.appending("missing.trace").string
            try refuses(
                ["--link", "trace \(missing) rtt 20ms"], saying: missing, "there is no such file")
            try refuses(
                ["--link", "trace missing rtt 20ms"], saying: "there is no such file here or in")
        }

        @Test func scenarios() throws {
            try refuses(["wan-lossi"], saying: "did you mean 'wan-lossy'?")
            let file = try bench.directory.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Scenario
                metadata: { name: bad }
                spec:
                  link: 50Mbit bufer 1bdp
                  workload: bulk:20
                  repeatz: 3
                  design: sequentail

                """, to: "bad.yaml"
            ).string
            try refuses(
                [file], saying: "\(file):5:9", "\n50Mbit bufer 1bdp\n       ^\n", "\(file):6:13",
                "\n  bulk:20\n       ^\n", "\(file):7:3: unknown key 'repeatz'",
                "did you mean 'repeats'",
                "\(file):8:11", "sequential or coexist or mix")
            try refuses(["/nonexistent.yaml"], saying: "No such file", "tcptune bench list")
            try refuses(
                BenchCommand.link + ["--design", "mix"], saying: "at least 20 bulk flows")
            try refuses(
                BenchCommand.link + ["--workload", "bulk:2s", "--warm-up", "2s"],
                saying: "leaves nothing")
        }

        @Test func arms() throws {
            func arm(_ name: String) -> [String] {
                BenchCommand.link + ["--a", "cubic", "--b", name]
            }
            try refuses(
                arm("cubix"), saying: "'cubix' is neither a profile nor a controller",
                "did you mean 'cubic'")
            try refuses(arm("wan-bluk"), saying: "did you mean 'wan-bulk'?")
            try refuses(arm("./nonexistent.yaml"), saying: "No such file")
            let file = try bench.directory.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: x }
                spec: { congestionControl: { algorithm: tt_cubicc } }

                """, to: "x.yaml"
            ).string
            try refuses(arm(file), saying: "'tt_cubicc'", "did you mean 'tt_cubic'")
        }

        @Test func options() throws {
            try refuses([], exit: 64, saying: "Over what?")
            try refuses(["wan-lossy"] + BenchCommand.link, exit: 64, saying: "Over what?")
            try refuses(["wan-lossy", "--repeat", "0"], exit: 64, saying: "--repeat")
            try refuses(["wan-lossy", "--warm-up", "2"], exit: 64, saying: "--warm-up")
            try refuses(["wan-lossy", "--margin", "2"], exit: 64, saying: "--margin")
            try refuses(["wan-lossy", "--server-command", "x"], exit: 64, saying: "--command")
            try refuses(["--path", "a:1", "--backend", "netem"], exit: 64, saying: "--path")
        }

        @Test func paths() throws {
            try refuses(["--path", "nowhere"], saying: "HOST:PORT")
            try refuses(["--path", "127.0.0.1:1"], exit: 1, saying: "refused", "bench serve")
            try refuses(["--path", "host.invalid:5202"], saying: "host.invalid")
        }

        @Test func aHostThatCannot() throws {
            try refuses(
                BenchCommand.link, exit: 69, saying: "no BPF file system is mounted",
                through: [
                    "unshare", "-m", "sh", "-c",
                    "while umount /sys/fs/bpf; do :; done 2>&-; exec \"$@\"", "sh",
                ])
            // Where nobody may look at the tests' own build directory.
            let copy = bench.directory.path.appending("tcptune")
            try Command.check(["cp", bench.binary, copy.string])
            try Command.check(["chmod", "755", copy.string, bench.directory.path.string])
            let output = try Command.run(
                ["setpriv", "--reuid", "65534", "--clear-groups", copy.string, "bench", "run"]
                    + BenchCommand.link)
            #expect(output.status == 77, "\(output.standardError)")
            #expect(output.standardError.contains("CAP_NET_ADMIN, CAP_SYS_ADMIN; run it as root"))
        }

        /// Only where the kernel has netem the backend is of use; what it can't do is known before.
        @Test func netem() throws {
            let netem = ["--backend", "netem", "--workload", "bulk:500ms", "--repeat", "1"]
            try refuses(
                ["--link", "10Mbit rtt 20ms loss every 100"] + netem, exit: 69,
                saying: "netem cannot do this link", "every nth packet", "userspace backend")
            let output = try bench.run(["--link", "20Mbit rtt 20ms buffer 50p"] + netem)
            if output.status != 0 {
                #expect(output.status == 69)
                #expect(output.standardError.contains("cannot use netem: this kernel"))
                #expect(output.standardError.contains("CONFIG_NET_SCH_NETEM"))
                #expect(try bench.made() == [])
            }
            // Without a delay, tbf is enough, which nearly every kernel has.
            let (directory, _) = try bench.results(of: ["--link", "20Mbit buffer 50p"] + netem)
            let record = try #require(try directory.records().last)
            // Of so little time, the bucket's first burst is a part.
            #expect(try #require(record.arms[0].metrics["goodput"]) < 40e6)
            #expect(try #require(record.link).down.packets > 300)
            #expect(try directory.manifest().environment["backend"] == "netem")
        }

        @Test func resultsThatAreNone() throws {
            let empty = bench.directory.path.string
            let none = try bench.bench("report", empty)
            #expect(none.status == 65 && none.standardError.contains("manifest.json"))

            var synthetic = SyntheticBenchmark(blocks: 2)
            let directory = try ResultDirectory.create(below: bench.results, synthetic.manifest)
            for record in synthetic.records {
                try directory.append(record, try #require(synthetic.series[record.index]))
            }
            let path = directory.path.string
            let whole = try bench.bench("report", path)
            #expect(whole.status == 0)

            // What a crash cut.
            let runs = directory.path.appending("runs.jsonl")
            let line = #"{"arms":[{"arm":"a","distrib"#
            try Command.check(["sh", "-c", "printf %s \"$1\" >> \"$0\"", runs.string, line])
            #expect(try bench.bench("report", path).standardOutput == whole.standardOutput)
            // What isn't at the end is no crash.
            try Command.check(["sh", "-c", "printf '\\n{}\\n' >> \"$0\"", runs.string])
            let broken = try bench.bench("report", path)
            #expect(broken.status == 65 && broken.standardError.contains("runs.jsonl:5: "))

            synthetic.manifest.format = 2
            try directory.write(synthetic.manifest)
            let other = try bench.bench("report", path)
            #expect(other.status == 65 && other.standardError.contains("has format 2"))
            #expect(try bench.bench("compare", path, path).status == 65)
            try directory.write("{", named: "manifest.json")
            #expect(try bench.bench("report", path).status == 65)
        }
    }
}
