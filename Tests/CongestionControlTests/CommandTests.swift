import BPF
import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// The command, as people and scripts see it.
    @Suite struct CommandTests {
        private let folder: PluginFolder
        private let binary: String

        init() throws {
            try KernelTest.require("find")
            folder = try PluginFolder()
            binary = try TestBinary.path()
        }

        private func run(_ arguments: String...) throws -> Command.Output {
            try Command.run([binary] + arguments + ["--plugin-dir", folder.path.string])
        }

        /// Expects a failure that leaves what is registered as it was.
        private func refuses(
            _ arguments: String..., exit: CInt, saying words: String...,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let before = try Self.state()
            let output = try Command.run([binary] + arguments)
            #expect(output.status == exit, sourceLocation: sourceLocation)
            #expect(output.standardOutput == "", sourceLocation: sourceLocation)
            for word in words {
                #expect(
                    output.standardError.contains(word), "\(output.standardError)",
                    sourceLocation: sourceLocation)
            }
            // What other tests have left may go meanwhile.
            let more = try Self.state().subtracting(before)
            #expect(more == [], sourceLocation: sourceLocation)
        }

        private static func state() throws -> Set<String> {
            let pins = try Command.check(["find", "/sys/fs/bpf", "-path", "*tcptune*"])
            return try Set(Kernel().availableCongestionControls())
                .union(pins.split(separator: "\n").map(String.init))
        }

        @Test func wrongPluginsExitWith65() throws {
            let cgroup = try TemporaryCgroup()
            let directory = folder.path.string
            let profile = try folder.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: x }
                spec: { congestionControl: { algorithm: two } }
                """, to: "x.yaml")
            for (name, words) in [
                ("two", "2 controllers"), ("unlicensed", "no license"),
                ("sixteen", "16 characters"), ("outside", "default of 'gain'"),
            ] {
                let path = try folder.add(name).string
                try refuses("cc", "load", path, exit: 65, saying: words)
                try refuses("cc", "show", name, "--plugin-dir", directory, exit: 65, saying: words)
            }
            try refuses(
                "apply", profile.string, "--cgroup", cgroup.path.string, "--plugin-dir", directory,
                exit: 65, saying: "2 controllers")
            try refuses(
                "bench", "run", "--link", "10Mbit rtt 10ms", "--a", "two", "--b", "cubic",
                "--plugin-dir", directory, exit: 65, saying: "2 controllers")
            let taken = try folder.add("tt_cubic", BPFPrograms.shipped.bytes).string
            try refuses("cc", "load", taken, exit: 65, saying: "tcptune's own controller has this")
            try refuses("cc", "load", "/nonexistent/x", exit: 65, saying: "can't be read")
            try refuses("cc", "load", "nobody", exit: 65, saying: "no such controller")
            try refuses("cc", "load", "cubic", exit: 65, saying: "the kernel's own controller")
            for (text, exit, words) in [
                ("beta", CInt(64), "expected NAME=VALUE"),
                ("beta_permile=800", 65, "did you mean 'beta_permille'?"),
                ("beta_permille=99", 65, "expected a whole number from 100 to 950"),
                ("beta_permille=many", 65, "is 'many', expected a whole number"),
            ] {
                try refuses("cc", "load", "tt_cubic", "--set", text, exit: exit, saying: words)
            }
            try refuses("cc", "unload", "nobody", exit: 1, saying: "'nobody' is loaded")
            let wild = try folder.add("ttplug", BPFPrograms.ttplug_wild.bytes).string
            try refuses("cc", "load", wild, exit: 65, saying: "tcp_sock", "--verbose")
            try refuses(
                "cc", "load", wild, "--verbose", exit: 65, saying: "BEGIN PROG LOAD LOG")
        }

        @Test func brokenOnesDoNotBreakTheList() throws {
            try folder.add("ttplug")
            try folder.add("two")
            let output = try run("cc", "list")
            #expect(output.succeeded)
            #expect(output.standardOutput.contains(/ttplug +plug-in +[0-9a-f]{16}/))
            #expect(output.standardOutput.contains(/two +plug-in +- +broken/))
            #expect(output.standardError.contains("2 controllers: two, three"))
            let json = try run("cc", "list", "-o", "json")
            #expect(json.standardOutput.contains("\"origin\": \"plug-in\""))
        }

        @Test func theListSaysWhoUsesWhat() throws {
            let cgroup = try TemporaryCgroup()
            try folder.add("ttplug")
            let profile = try folder.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: wide-window }
                spec:
                  congestionControl: { algorithm: ttplug, parameters: { cwnd_segments: 50 } }
                """, to: "wide-window.yaml")
            let target = ["--cgroup", cgroup.path.string]
            let places = ["--plugin-dir", folder.path.string]
            defer {
                _ = try? Command.run([binary, "detach"] + target)
                _ = try? Command.run([binary, "cc", "unload", "ttplug"])
            }
            try Command.check([binary, "apply", profile.string] + target + places)
            try Command.check([binary, "cc", "load", "ttplug"] + places)
            let listing = try run("cc", "list").standardOutput
            let variant = /ttplug_[0-9a-f]{6} \(cwnd_segments=50, profile wide-window, 0 sockets\)/
            #expect(listing.contains(variant), "\(listing)")
            #expect(listing.contains("ttplug (loaded, 0 sockets)"))
            let shown = try run("cc", "show", "ttplug").standardOutput
            #expect(shown.contains("ttplug (plug-in): A test's."))
            #expect(shown.contains(/version: [0-9a-f]{16}/))
            #expect(shown.contains("cwnd_segments"))
        }
    }

    /// The command, killed at random moments.
    @Suite struct PluginKillTests {
        private static let rounds = 120

        @Test func nothingIsLeftByWhatWasKilled() throws {
            try KernelTest.require()
            let binary = try TestBinary.path()
            let cgroup = try TemporaryCgroup()
            let old = try PluginFolder()
            let new = try PluginFolder()
            let paths = [try old.add(window: 20).string, try new.add(window: 30).string]
            let profile = try old.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: x }
                spec: { congestionControl: { algorithm: ttplug } }
                """, to: "x.yaml")
            let target = ["--cgroup", cgroup.path.string]
            let changes =
                paths.flatMap { [["cc", "load", $0], ["cc", "load", $0, "--existing"]] } + [
                    ["apply", profile.string, "--plugin-dir", new.path.string] + target,
                    ["detach"] + target, ["gc"], ["cc", "unload", "ttplug"],
                    ["cc", "unload", "ttplug", "--existing"],
                ]
            let maps = try Map.ids().count
            let programs = try Program.ids().count
            var random = SeededGenerator(state: 43)
            for round in 0..<Self.rounds {
                var child = try ChildProcess([binary] + changes.randomElement(using: &random)!)
                usleep(UInt32.random(in: 0..<60_000, using: &random))
                try child.signal(SIGKILL)
                _ = try child.wait()
                guard round % 20 == 0 else { continue }
                for path in paths {
                    let loaded = try Command.check([binary, "cc", "load", path, "-o", "json"])
                    #expect(loaded.contains("\"name\": \"ttplug\""))
                    #expect(try Kernel().availableCongestionControls().contains("ttplug"))
                }
            }
            _ = try Command.run([binary, "detach"] + target)
            _ = try Command.run([binary, "cc", "unload", "ttplug"])
            _ = try Command.check([binary, "gc"])
            #expect(try !Kernel().availableCongestionControls().contains("ttplug"))
            #expect(
                try eventually {
                    try Map.ids().count <= maps && Program.ids().count <= programs
                })
        }
    }
}
