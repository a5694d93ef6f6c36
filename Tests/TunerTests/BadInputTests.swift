import Glibc
import Host
import Profiles
import SystemPackage
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// What can be typed wrongly or isn't there: a clear error, the designed exit code, and nothing
    /// changed.
    @Suite final class BadInputTests {
        private let cgroup: TemporaryCgroup
        private let directory: TemporaryDirectory
        private let binary: String

        init() throws {
            try KernelTest.require("unshare", "setpriv", "find")
            binary = try #require(KillTests.binary)
            cgroup = try TemporaryCgroup()
            directory = try TemporaryDirectory()
        }

        /// Runs the command, and expects a failure that leaves the pins as they were.
        private func refuses(
            _ arguments: [String], exit: CInt, saying words: String...,
            through wrapper: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let before = try Self.pins()
            let output = try Command.run(wrapper + [binary] + arguments)
            #expect(output.status == exit, sourceLocation: sourceLocation)
            #expect(output.standardOutput == "", sourceLocation: sourceLocation)
            for word in words {
                #expect(
                    output.standardError.contains(word), "\(output.standardError)",
                    sourceLocation: sourceLocation)
            }
            #expect(try Self.pins() == before, sourceLocation: sourceLocation)
        }

        private static func pins() throws -> String {
            try Command.check(["find", "/sys/fs/bpf", "-path", "*tcptune*"])
        }

        private func apply(_ profile: String, to path: String? = nil) -> [String] {
            ["apply", profile, "--cgroup", path ?? cgroup.path.string]
        }

        private func profile(_ spec: String) throws -> String {
            let head = "apiVersion: tcptune.dev/v1\nkind: Profile\nmetadata: { name: x }\nspec:\n"
            return try directory.write(head + spec, to: "x.yaml").string
        }

        @Test func aPathThatIsNoCgroup() throws {
            let mount = try CgroupHierarchy.discover().mountPoint.string
            try refuses(
                apply("observe", to: "/nonexistent"), exit: 1,
                saying: "there is no 'nonexistent' in /", "give a path below \(mount)")
            try refuses(
                apply("observe", to: cgroup.path.string + "/nope"), exit: 1,
                saying: "there is no 'nope' in \(cgroup.path)")
            try refuses(
                apply("observe", to: "/tmp"), exit: 1, saying: "isn't in a cgroup v2 hierarchy")
            try refuses(
                apply("observe", to: cgroup.path.string + "/cgroup.procs"), exit: 1,
                saying: "not a directory")
            let version1 = try MountInfo.read(.system).mounts.first { $0.type == "cgroup" }
            if let version1 {
                try refuses(
                    apply("observe", to: version1.mountPoint.string), exit: 1,
                    saying: "belongs to the cgroup v1 hierarchy", mount)
            }
        }

        @Test func aHostThatCannot() throws {
            try refuses(
                apply("observe"), exit: 69, saying: "no BPF file system is mounted", "mount -t bpf",
                through: ["unshare", "-m", "sh", "-c", "umount /sys/fs/bpf && exec \"$@\"", "sh"])
            // Where nobody may look at the tests' own build directory.
            let copy = directory.path.appending("tcptune")
            try Command.check(["cp", binary, copy.string])
            try Command.check(["chmod", "755", copy.string, directory.path.string])
            let output = try Command.run(
                ["setpriv", "--reuid", "65534", "--clear-groups", copy.string] + apply("observe"))
            #expect(output.status == 77)
            #expect(output.standardError.contains("CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN"))
        }

        @Test func aControllerOrParameterThatThereIsNot() throws {
            try refuses(
                apply(try profile("  congestionControl: { algorithm: cubix }\n")), exit: 65,
                saying: "'cubix'", "did you mean 'cubic'")
            try refuses(
                apply(
                    try profile(
                        "  congestionControl: { algorithm: tt_cubic, "
                            + "parameters: { beta_permille: 5000 } }\n")), exit: 65,
                saying: "'beta_permille' is 5000", "from 100 to 950")
            try refuses(
                apply(
                    try profile(
                        "  congestionControl: { algorithm: tt_cubic, parameters: { beta: 7 } }\n")),
                exit: 65, saying: "no parameter 'beta'", "beta_permille")
        }

        @Test func aProfileThatIsNone() throws {
            try refuses(apply(directory.path.string), exit: 65, saying: "directory")
            try refuses(apply("/nonexistent.yaml"), exit: 65, saying: "No such file")
            try refuses(apply("wan-bluk"), exit: 65, saying: "did you mean 'wan-bulk'?")
            let file = directory.path.appending("y.yaml")
            try AtomicFile.write([], to: file)
            try refuses(apply(file.string), exit: 65, saying: "is empty")
            try AtomicFile.write([0, 159, 146, 150, 0, 255], to: file)
            try refuses(apply(file.string), exit: 65, saying: "is not text")
            try AtomicFile.write(Array(repeating: UInt8(ascii: "a"), count: 100 << 20), to: file)
            try refuses(apply(file.string), exit: 65, saying: "is too large")
            let wrong = try profile("  socket: { sendBuffer: 1TiB, nodelay: true }\n")
            try refuses(
                apply(wrong), exit: 65, saying: "x.yaml:5:25", "'TiB'", "x.yaml:5:31", "'noDelay'")
            let rule = try profile("  rules: [{ when: { remote: [10.0.0.0/33] } }]\n")
            try refuses(apply(rule), exit: 65, saying: "x.yaml:5:30", "'33' is no prefix length")
        }

        @Test func pinsOfAnotherVersion() throws {
            let other = "/sys/fs/bpf/tcptune/v0"
            try Command.check(["mkdir", "-p", other])
            defer {
                _ = try? Command.run(["rmdir", other])
                _ = try? Command.run(["rmdir", "/sys/fs/bpf/tcptune"])
            }
            for command in [apply("observe"), ["detach", "--all"], ["status"], ["stats"]] {
                try refuses(command, exit: 69, saying: other, "another version of tcptune")
            }
        }

        @Test func aCommandThatIsNone() throws {
            try refuses(["aply"], exit: 64, saying: "aply")
            try refuses(["apply", "observe"], exit: 64, saying: "Which cgroup?")
            try refuses(
                ["export", "--file", "-", "--interval", "5"], exit: 64, saying: "--interval")
            try refuses(
                ["detach", "--cgroup", cgroup.path.string], exit: 1, saying: "no profile is applied"
            )
        }

        /// The statistics map has room for 4096 attachments; one more is refused, the rest kept.
        @Test func aFullMap() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile("test", controller: "reno"))
            guard let maps = try tuned.tuner.sharedMaps() else {
                Issue.record("a profile is applied without maps")
                return
            }
            for key in 1..<UInt64(maps.statistics.info.maxEntries) {
                try maps.resetStatistics(of: key)
            }
            let inner = try tuned.cgroup.child("inner")
            let error = #expect(throws: TunerError.self) {
                try tuned.tuner.apply(
                    Profile("test", controller: "reno"), to: [.cgroup(inner.path.string)])
            }
            #expect(error?.code == .full)
            #expect(error?.description.contains("detach some") == true)
            #expect(try tuned.tuner.attachments().map(\.profile) == ["test"])
        }
    }
}
