import Foundation
import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// `tcptune cc` as users run it.
    @Suite final class CommandTests {
        private let binary: String
        private let directory: TemporaryDirectory

        init() throws {
            try KernelTest.require("clang")
            binary = try #require(Command.tcptune)
            directory = try TemporaryDirectory(below: "/run")
            chmod(directory.path.string, 0o755)
        }

        private func cc(
            _ arguments: String..., exit status: CInt = 0,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> Command.Output {
            let output = try Command.run(
                ["sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path.string, binary, "cc"]
                    + arguments)
            #expect(
                output.status == status, "\(output.standardError)", sourceLocation: sourceLocation)
            return output
        }

        private func replace(_ old: String, with new: String, in file: String) throws {
            let path = directory.path.appending(file)
            let text = try String(contentsOfFile: path.string, encoding: .utf8)
            #expect(text.contains(old))
            try directory.write(text.replacing(old, with: new), to: file)
        }

        private func expectNothingRegistered() throws {
            let names = try Kernel().availableCongestionControls()
            #expect(!names.contains { $0.hasPrefix("check_") || $0 == "mine" })
        }

        @Test func fromNothingToAPluginThatPasses() throws {
            _ = try cc("new", "mine")
            _ = try cc("build", "mine")
            let table = try cc("check", "mine/").standardOutput
            let steps = table.split(separator: "\n").map { $0.prefix(12).trimmed }
            #expect(
                steps == [
                    "ownership", "metadata", "object", "license", "controller", "name",
                    "parameters", "kernel", "verifier", "no loss", "1 % loss", "long queue",
                ])
            #expect(table.split(separator: "\n").allSatisfy { $0.dropFirst(12).hasPrefix("ok") })
            try expectNothingRegistered()

            let text = try cc("check", "./mine", "--output", "json").standardOutput
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(json["passed"] as? Bool == true)
            let transfers = try #require(json["transfers"] as? [[String: Any]])
            #expect(transfers.map { $0["clamps"] as? Int } == [0, 0, 0])
            #expect(transfers.map { $0["received"] as? Int } == [2_000_000, 1_000_000, 2_000_000])
        }

        @Test func wrongPathsSayWhatToDo() throws {
            try directory.write("", to: "empty/README")
            for command in ["build", "check", "load"] {
                for (path, words) in [
                    ("./none", "cc new NAME"), ("./empty", "cc new NAME"),
                    ("./empty/README", "give "),
                ] {
                    let error = try cc(command, path, exit: 65).standardError
                    #expect(error.contains(words) && !error.contains("profile"), "\(error)")
                }
            }
            _ = try cc("new", "mine")
            let error = try cc("load", "mine", exit: 65).standardError
            #expect(error.contains("'--plugin-dir .'"), "\(error)")
            try replace("name: mine", with: "name: other", in: "mine/cc.yaml")
            #expect(
                try cc("build", "mine", exit: 65).standardError.contains("'mine/other.bpf.c'"))
        }

        @Test func eachMistakeHasItsStep() throws {
            #expect(
                try cc("check", "mine", exit: 65).standardOutput.hasPrefix("ownership   failed"))
            _ = try cc("new", "mine")
            #expect(
                try cc("check", "mine", exit: 65).standardOutput.hasSuffix("object      failed\n"))
            #expect(try cc("new", "mine", exit: 65).standardError.contains("it is there already"))
            #expect(try cc("new", "tt_reno", exit: 65).standardError.contains("of this name"))
            let unbuilt = try cc("check", "mine", exit: 65)
            #expect(unbuilt.standardError.contains("tcptune cc build"))

            try directory.write("no object", to: "mine/mine.bpf.o")
            #expect(try cc("check", "mine", exit: 65).standardOutput.contains("object      failed"))

            _ = try cc("build", "mine")
            try replace("name: mine", with: "name: other", in: "mine/cc.yaml")
            _ = try cc("build", "mine", exit: 65)
            try replace("name: other", with: "name: mine", in: "mine/cc.yaml")

            // A loop that the verifier can't see the end of.
            try replace(
                "u64 flight", with: "while (tcp_sk(sk)->snd_cwnd);\nu64 flight",
                in: "mine/mine.bpf.c")
            _ = try cc("build", "mine")
            let endless = try cc("check", "mine", exit: 65)
            #expect(endless.standardOutput.contains("verifier    failed"))
            #expect(endless.standardError.contains("infinite loop detected"))
            #expect(endless.standardError.contains(", at mine.bpf.c:"))
            let verbose = try cc("check", "mine", "--verbose", exit: 65)
            #expect(verbose.standardError.contains("BEGIN PROG LOAD LOG"))
            #expect(verbose.standardError.contains("while (tcp_sk(sk)->snd_cwnd)"))

            try replace("while", with: "nonsense", in: "mine/mine.bpf.c")
            let wrong = try cc("build", "mine", exit: 65)
            #expect(wrong.standardError.contains("mine/mine.bpf.c:"))
            #expect(
                try cc("check", "mine", exit: 65).standardOutput.contains("verifier    failed"))
            try expectNothingRegistered()
        }

        @Test func parametersCanBeTried() throws {
            _ = try cc("new", "mine")
            let source = "mine/mine.bpf.c"
            try replace(
                "/* Called for each ACK",
                with: "TCPTUNE_PARAMETER(bool, ruin, 0, 0, 1, \"A test's\");\n/* For each ACK",
                in: source)
            try replace(
                "if (!tcptune_is_cwnd_limited(tp))",
                with: "if (ruin && tp->snd_cwnd > 60) {\n tp->snd_cwnd = 0;\n return;\n }\n"
                    + "if (!tcptune_is_cwnd_limited(tp))", in: source)
            _ = try cc("build", "mine")
            #expect(try !cc("check", "mine").standardOutput.contains("was put right"))
            let ruined = try cc("check", "mine", "--set", "ruin=true").standardOutput
            #expect(ruined.contains("was put right"), "\(ruined)")
            let wrong = try cc("check", "mine", "--set", "ruin=2", exit: 65)
            #expect(wrong.standardOutput.hasSuffix("parameters  failed\n"))
            #expect(wrong.standardError.contains("expected a whole number from 0 to 1"))
            try expectNothingRegistered()
        }

        @Test func aMisbehavingControllerIsToldSo() throws {
            _ = try cc("new", "ruinous")
            try directory.write(Plugin.misbehaving, to: "ruinous/ruinous.bpf.c")
            _ = try cc("build", "ruinous")
            let output = try cc("check", "ruinous", exit: 65)
            #expect(output.standardOutput.contains("no loss     failed"))
            #expect(output.standardError.contains("of 2000000 bytes came within 10 s"))
            #expect(output.standardError.contains("times a cwnd, ssthresh or pacing rate of 0"))
        }

        @Test func doctorReportsARegisteredOne() throws {
            _ = try cc("new", "ruinous")
            try directory.write(Plugin.misbehaving, to: "ruinous/ruinous.bpf.c")
            _ = try cc("build", "ruinous")
            _ = try cc("load", "./ruinous")
            defer { #expect((try? cc("unload", "ruinous", "--existing")) != nil) }
            #expect(try !doctor().contains("ruinous:"))
            let server = try TCPServer()
            let client = try TCPConnection.connect(to: "127.0.0.1", port: server.port) {
                try $0.setCongestionControl("ruinous")
            }
            try transfer(1000, from: client, to: try server.accept())
            #expect(try doctor().contains(/ruinous: \d+ times a cwnd/))
            try client.abort()
        }

        private func doctor() throws -> String {
            try Command.run([binary, "doctor"]).standardOutput
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
        func whateverEndsItNothingIsLeft(_ signal: CInt) throws {
            _ = try cc("new", "mine")
            _ = try cc("build", "mine")
            var child = try ChildProcess(
                [binary, "cc", "check", directory.path.appending("mine").string])
            let name = "check_\(child.pid)"
            #expect(try eventually { try Kernel().availableCongestionControls().contains(name) })
            try child.signal(signal)
            #expect(try child.wait(timeout: .seconds(5)).status == (signal == SIGKILL ? 137 : 130))
            // The kernel unregisters what a killed process had a little later.
            #expect(
                try eventually { try !Kernel().availableCongestionControls().contains(name) })
        }

        @Test func withoutACompilerItSaysSo() throws {
            _ = try cc("new", "mine")
            let output = try cc("build", "mine", "--clang", "clang-1", exit: 69)
            #expect(output.standardError.contains("install clang"))
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(reversed().drop(while: \.isWhitespace).reversed())
    }
}
