import Foundation
import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension HeaderOptionSuites {
    /// `tcptune option` and what shows options' values, as people and scripts see it.
    @Suite final class OptionPluginCommandTests {
        private let binary: String
        private let directory: TemporaryDirectory
        private let bpffs: PrivateBPFFS

        init() throws {
            try KernelTest.require("clang", "nsenter", "unshare")
            binary = try #require(Self.binary)
            directory = try TemporaryDirectory(below: "/run")
            bpffs = try PrivateBPFFS()
        }

        /// Beside the tests' own bundle.
        private static var binary: String? {
            let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let path = here.appendingPathComponent("tcptune").path
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }

        private func command(_ arguments: [String]) -> [String] {
            bpffs.command(
                [
                    "sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path.string, binary,
                ] + arguments)
        }

        @discardableResult
        private func run(
            _ arguments: String..., exit status: CInt = 0,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> Command.Output {
            let output = try Command.run(command(arguments))
            #expect(
                output.status == status, "\(output.standardError)", sourceLocation: sourceLocation)
            return output
        }

        private func json(_ arguments: String...) throws -> Any {
            let text = try Command.check(command(arguments + ["--output", "json"]))
            return try JSONSerialization.jsonObject(with: Data(text.utf8))
        }

        private func replace(_ old: String, with new: String, in file: String) throws {
            let path = directory.path.appending(file).string
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains(old))
            try directory.write(text.replacing(old, with: new), to: file)
        }

        /// A profile with the option on data.
        private func profile(_ name: String) throws -> String {
            let text = """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: \(name)-profile }
                spec:
                  headerOptions:
                    - { type: plugin, name: \(name), on: [data] }

                """
            try directory.write(text, to: "\(name).yaml")
            return "./\(name).yaml"
        }

        @Test func fromNothingToAPluginThatPasses() throws {
            try run("option", "new", "mine")
            try run("option", "build", "mine")
            let table = try run("option", "check", "mine/").standardOutput.split(separator: "\n")
            #expect(
                table.compactMap { $0.split(separator: " ").first }
                    == ["ownership", "manifest", "object", "program", "verifier", "connection"])
            #expect(table.allSatisfy { $0.dropFirst(12).hasPrefix("ok") })
            #expect(table.last?.contains("came on 2 of 2 ends") == true)
            let checked = try json("option", "check", "mine", "--option-dir", ".")
            #expect((checked as? [String: Any])?["passed"] as? Bool == true)
            // Nothing is there that wasn't.
            let left = try Command.check(
                bpffs.command(["find", "/sys/fs/bpf", "-mindepth", "1", "-name", "tcptune*"]))
            #expect(left == "")
        }

        @Test func eachMistakeHasItsStep() throws {
            func failing(_ step: String, _ words: String, _ path: String = "mine") throws {
                let output = try run("option", "check", "./\(path)", exit: 65)
                let line = output.standardOutput.split(separator: "\n").last ?? ""
                #expect(line.hasPrefix(step) && line.hasSuffix("failed"), "\(output)")
                #expect(output.standardError.contains(words), "\(output.standardError)")
            }
            try failing("ownership", "'tcptune option new NAME' makes a plug-in")
            for name in ["telemetry", "Mine", "1st", "", "../up"] {
                #expect(
                    try run("option", "new", name, exit: 65).standardError.contains("queue-depth"))
            }
            try run("option", "new", "mine")
            #expect(
                try run("option", "new", "mine", exit: 65).standardError
                    .contains("it is there already"))
            try failing("object", "tcptune option build")
            try replace("length: 4", with: "length: 3", in: "mine/option.yaml")
            try failing("manifest", "/mine/option.yaml:10:")
            #expect(
                try run("option", "build", "mine", exit: 65).standardError
                    .contains("field unsent ends beyond the value"))
            try replace("length: 3", with: "length: 4", in: "mine/option.yaml")
            try run("option", "build", "mine")
            let object = directory.path.appending("mine/mine.bpf.o").string
            chmod(object, 0o664)
            try failing("ownership", "\(object) can be written by its group")
            chmod(object, 0o644)
            let moved = directory.path.appending("moved").string
            rename(directory.path.appending("mine").string, moved)
            func expectOthersRight(_ words: String) throws {
                try failing("manifest", words, "moved")
                let steps = try run("option", "check", "./moved", exit: 65).standardOutput
                #expect(
                    steps.hasPrefix("ownership   ok      \(moved) and what is above it"),
                    "\(steps)")
            }
            try expectOthersRight("the directory is 'moved', and option.yaml has 'mine'")
            unlink("\(moved)/option.yaml")
            try expectOthersRight("option.yaml isn't there")
        }

        @Test func theVerifiersVerdict() throws {
            try run("option", "new", "mine")
            try replace(
                "tcptune_put32(value, ", with: "while (tp->snd_cwnd) {}\ntcptune_put32(value, ",
                in: "mine/mine.bpf.c")
            try run("option", "build", "mine")
            let checked = try run("option", "check", "./mine", exit: 65)
            #expect(checked.standardOutput.hasSuffix("verifier    failed\n"))
            #expect(checked.standardError.contains("infinite loop detected"))
            #expect(checked.standardError.contains(", at mine.bpf.c:"))
            #expect(checked.standardError.contains("--verbose"))
            let verbose = try run("option", "check", "./mine", "--verbose", exit: 65)
            #expect(verbose.standardError.contains("BEGIN PROG LOAD LOG"))

            let cgroup = try TemporaryCgroup()
            let target = ["--cgroup", cgroup.path.string]
            let before = try Command.check(command(["status"]))
            let applied = try Command.run(
                command(["apply", try profile("mine"), "--option-dir", "."] + target))
            #expect(applied.status == 65)
            #expect(applied.standardError.hasPrefix("tcptune: header option 'mine': "))
            #expect(applied.standardError.contains("infinite loop detected"))
            #expect(try Command.check(command(["status"])) == before)

            try replace("while (", with: "nonsense(", in: "mine/mine.bpf.c")
            let wrong = try run("option", "build", "mine", exit: 65)
            #expect(wrong.standardError.contains("cannot build the header option: mine/mine.bpf.c"))
            #expect(wrong.standardError.contains("mine/mine.bpf.c:"))
        }

        @Test func oneThatNothingComesOf() throws {
            try run("option", "new", "mine")
            try replace("return 4;", with: "return 0;", in: "mine/mine.bpf.c")
            try run("option", "build", "mine")
            let checked = try run("option", "check", "./mine", exit: 65)
            #expect(checked.standardOutput.hasSuffix("connection  failed\n"))
            #expect(checked.standardError.contains("no value came"))
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
        func whateverEndsACheckNothingIsLeft(_ signal: CInt) throws {
            try run("option", "new", "mine")
            try run("option", "build", "mine")
            var child = try ChildProcess(command(["option", "check", "./mine"]))
            let name = "tcptune-check-\(child.pid)"
            let cgroup = try CgroupHierarchy.discover().mountPoint.appending(name)
            let hasProgram = try eventually {
                try Command.run(bpffs.command(["test", "-e", "/sys/fs/bpf/\(name)"])).succeeded
            }
            #expect(hasProgram)
            try child.signal(signal)
            let status = try child.wait(timeout: .seconds(10)).status
            // It may be through before it hears of it.
            #expect(signal == SIGKILL ? status == 137 : status == 130 || status == 0)
            if signal == SIGKILL { try run("option", "check", "./mine") }
            #expect(access(cgroup.string, F_OK) != 0)
            let left = try Command.check(
                bpffs.command(["find", "/sys/fs/bpf", "-mindepth", "1", "-name", "tcptune*"]))
            #expect(left == "")
        }

        @Test func brokenOnesAreListedWithTheReason() throws {
            try run("option", "new", "mine")
            try run("option", "build", "mine")
            try run("option", "new", "unbuilt")
            let listed = try run("option", "list", "--option-dir", ".")
            let lines = listed.standardOutput.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("mine ") && $0.contains("unsent") })
            #expect(lines.contains { $0.hasPrefix("unbuilt ") && $0.contains("broken") })
            #expect(listed.standardError.contains("unbuilt.bpf.o isn't there"))
            let types = try #require(
                try json("option", "list", "--option-dir", ".") as? [[String: Any]])
            let plugins = try #require(types.last?["plugins"] as? [[String: Any]])
            #expect(plugins.map { $0["name"] as? String } == ["mine", "unbuilt"])
            #expect((plugins[1]["error"] as? String)?.contains("isn't there") == true)
            #expect(plugins[0]["error"] is NSNull)

            let shown = try run("option", "show", "mine", "--option-dir", ".").standardOutput
            #expect(
                shown.contains("kind, ExID: 254, 0x") && shown.contains(/0 to 3 +unsent +bytes/))
            #expect(shown.contains("room: 8 bytes, 4 of them the value's"))
            let object = try #require(try json("option", "show", "./mine") as? [String: Any])
            #expect(object["length"] as? Int == 4)
            let fields = try #require(object["fields"] as? [[String: Any]])
            #expect(fields.map { $0["name"] as? String } == ["unsent"])
            let near = try run("option", "show", "mini", "--option-dir", ".", exit: 65)
            #expect(near.standardError.contains("did you mean 'mine'?"))
        }

        @Test func whatCameIsShown() throws {
            let rig = try HeaderRig()
            try run("option", "new", "mine")
            try run("option", "build", "mine")
            let targets = [rig.client.path, rig.server.path].flatMap { ["--cgroup", $0.string] }
            try Command.check(
                command(["apply", try profile("mine"), "--option-dir", "."] + targets))
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            let table = try Command.check(command(["connections"] + targets))
            #expect(table.components(separatedBy: "peer mine: unsent ").count == 3, "\(table)")
            let text = try Command.check(command(["connections", "--output", "json"] + targets))
            let rows = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
            #expect(rows.count == 2)
            for row in rows {
                let options = try #require(row["peerOptions"] as? [String: [String: Any]])
                let fields = try #require(options["mine"]?["fields"] as? [String: Int])
                #expect(try #require(fields["unsent"]) <= 1)
                #expect(options["mine"]?["ageMilliseconds"] is Int)
            }
            let metrics = try Command.check(command(["export", "--file", "-"] + targets))
            let labels = "field=\"unsent\",option=\"mine\",profile=\"mine-profile\"} "
            for name in ["connections", "mean", "max"] {
                #expect(
                    metrics.split(separator: "\n").filter {
                        $0.hasPrefix("tcptune_option_value_\(name){") && $0.contains(labels)
                    }.count == 2)
            }
            let used = try run("option", "list", "--option-dir", ".").standardOutput
            #expect(used.contains("mine-profile on 2 cgroups"))
        }

        /// Whatever was killed, the next apply and detach bring the kernel back.
        @Test func aKilledApplyLeavesNothing() throws {
            for name in ["mine", "other"] {
                try run("option", "new", name)
                try run("option", "build", name)
            }
            let cgroup = try TemporaryCgroup()
            let rest = ["--option-dir", ".", "--cgroup", cgroup.path.string]
            let changes = [
                ["apply", try profile("mine")] + rest, ["apply", try profile("other")] + rest,
                ["detach", "--cgroup", cgroup.path.string],
            ]
            var random = SeededGenerator(state: 7)
            for _ in 0..<40 {
                let change = changes.randomElement(using: &random)!
                var child = try ChildProcess(command(change))
                usleep(UInt32.random(in: 0..<120_000, using: &random))
                try child.signal(SIGKILL)
                _ = try child.wait()
            }
            try Command.check(command(changes[0]))
            let pins = try Command.check(
                bpffs.command(["find", "/sys/fs/bpf/tcptune", "-name", "options-*"]))
            #expect(pins.split(separator: "\n").count == 1)
            let connection = try TCPConnection.pair(
                client: Placement(cgroup: cgroup.path), server: Placement(cgroup: cgroup.path))
            try HeaderConnection(client: connection.client, server: connection.server).exchange(3)
            let table = try Command.check(command(["connections", "--cgroup", cgroup.path.string]))
            #expect(table.contains("peer mine: unsent "))
            try Command.check(command(changes[2]))
            let left = try Command.check(
                bpffs.command(["find", "/sys/fs/bpf", "-mindepth", "1", "-name", "tcptune*"]))
            #expect(left == "")
            #expect(try eventually { try OptionPluginLifecycleTests.programs() == 0 })
        }
    }
}
