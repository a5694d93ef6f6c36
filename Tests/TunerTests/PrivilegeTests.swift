import Host
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// The table of docs/security.md: each command with exactly the capabilities that it has there,
    /// and with one less.
    @Suite final class PrivilegeTests {
        private static let nothing = [
            "version", "profile list", "profile show wan-bulk", "cc list", "cc show tt_cubic",
            "option list", "option show telemetry", "pods",
        ]
        private static let reading = [
            "status", "stats", "connections", "connections --cc-state", "export --file -",
            "apply wan-bulk --dry-run --cgroup %",
        ]
        private static let changing = [
            "apply observe --cgroup %", "apply wan-bulk --existing --cgroup %",
            "events --duration 100ms", "cc load tt_bbr3", "cc unload tt_bbr3", "gc",
            "detach --existing --cgroup %",
        ]

        private let cgroup: TemporaryCgroup
        private let binary: String

        init() throws {
            try KernelTest.require("setpriv", "find")
            binary = try #require(KillTests.binary)
            cgroup = try TemporaryCgroup()
        }

        deinit {
            _ = try? run("detach --all", with: ["NET_ADMIN", "SYS_ADMIN"])
        }

        private func run(_ words: String, with capabilities: [String]) throws -> Command.Output {
            let set = (["-all"] + capabilities.map { "+" + $0.lowercased() }).joined(separator: ",")
            return try Command.run(
                ["setpriv", "--bounding-set", set, "--inh-caps", "-all", binary]
                    + words.split(separator: " ").map {
                        $0 == "%" ? cgroup.path.string : String($0)
                    })
        }

        private func expectRefusal(_ words: String, without capabilities: [String]) throws {
            for missing in capabilities {
                let output = try run(words, with: capabilities.filter { $0 != missing })
                #expect(output.status == 77, "\(words) without \(missing)")
                #expect(output.standardError.contains("CAP_" + missing), "\(output.standardError)")
            }
        }

        private func expect(_ words: String, needs capabilities: [String]) throws {
            try expectRefusal(words, without: capabilities)
            let output = try run(words, with: capabilities)
            #expect(output.status == 0, "\(words): \(output.standardError)")
        }

        @Test func eachCommandWithWhatItNeeds() throws {
            for words in Self.nothing { try expect(words, needs: []) }
            try expect("apply wan-bulk --cgroup %", needs: ["NET_ADMIN", "SYS_ADMIN"])
            for words in Self.reading { try expect(words, needs: ["SYS_ADMIN"]) }
            // With all of them it takes its time: LabTests.
            try expectRefusal(
                "bench run wan-clean", without: ["NET_ADMIN", "SYS_ADMIN", "DAC_OVERRIDE"])
            for words in Self.changing { try expect(words, needs: ["NET_ADMIN", "SYS_ADMIN"]) }
        }

        /// A change that isn't allowed leaves nothing.
        @Test func aRefusedChangeChangesNothing() throws {
            for set in [["BPF", "PERFMON", "NET_ADMIN"], ["SYS_ADMIN"], []] {
                #expect(try run("apply wan-bulk --cgroup %", with: set).status == 77)
                #expect(try pins().isEmpty)
            }
        }

        @Test func pinsAreTheOwnersAlone() throws {
            _ = try run("apply telemetry --cgroup %", with: ["NET_ADMIN", "SYS_ADMIN"])
            _ = try run("events --duration 100ms", with: ["NET_ADMIN", "SYS_ADMIN"])
            _ = try run("cc load tt_cubic", with: ["NET_ADMIN", "SYS_ADMIN"])
            let pins = try pins()
            #expect(pins.count > 10)
            for pin in pins {
                #expect(pin.hasPrefix("d 700 0 0 ") || pin.hasPrefix("f 600 0 0 "), "\(pin)")
            }
            _ = try run("cc unload tt_cubic", with: ["NET_ADMIN", "SYS_ADMIN"])
        }

        /// Type, mode, user, group and path of all that is pinned.
        private func pins() throws -> [String] {
            try Command.check([
                "find", "/sys/fs/bpf", "-path", "*/tcptune/*", "-printf", "%y %m %U %G %p\n",
            ]).split(separator: "\n").map(String.init)
        }

        /// A cgroup may be somebody else's, who calls it what he likes.
        @Test func namesCannotSteerTheTerminal() throws {
            let inner = try cgroup.child("x\u{1b}[2J\u{7}\u{9b}31m\u{202e}\u{7f}é")
            let applied = try Command.run([
                binary, "apply", "observe", "--cgroup", inner.path.string,
            ])
            #expect(applied.status == 0, "\(applied.standardError)")
            var all = [applied]
            for words in [
                "status", "status --output json", "stats", "stats --output json", "connections",
                "export --file -", "doctor", "gc", "stats --cgroup \(cgroup.path)/y\u{1b}[2J",
                "detach --all",
            ] {
                all.append(
                    try Command.run([binary] + words.split(separator: " ").map(String.init)))
            }
            let text = all.map { $0.standardOutput + $0.standardError }.joined()
            #expect(text.contains("x\\u{1B}[2J\\u{07}\\u{009B}31m\\u{202E}\\u{7F}é"), "\(text)")
            #expect(text.contains("x\\u001b[2J\\u0007\\u009b31m\\u202e\\u007fé"))
            #expect(text.contains("x\\\\u{1B}"))  // the metrics
            for scalar in text.unicodeScalars where scalar != "\n" {
                let isFine = scalar.properties.generalCategory != .control && scalar != "\u{202e}"
                #expect(isFine, "\(scalar.escaped(asASCII: true))")
            }
        }

        /// Nor can one whose name is no text be in the way of the others.
        @Test func aNameThatIsNoText() throws {
            let path = cgroup.path.string
            try Command.check(["sh", "-c", "mkdir \(path)/$(printf 'a\\377b')"])
            defer { _ = try? Command.run(["sh", "-c", "rmdir \(path)/a*"]) }
            let applied = try Command.run([binary, "apply", "observe", "--cgroup", path])
            #expect(applied.status == 0)
            for words in ["status", "pods", "stats --unit nosuch", "detach --all"] {
                let output = try Command.run(
                    [binary] + words.split(separator: " ").map(String.init))
                #expect(
                    output.status == (words.contains("nosuch") ? 1 : 0), "\(output.standardError)")
            }
        }
    }
}
