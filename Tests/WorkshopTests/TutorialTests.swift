import Foundation
import Host
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// docs/writing-a-controller.md: what it shows is built, and all its commands are run.
    @Suite struct TutorialTests {
        private let page = TutorialPage("writing-a-controller")

        @Test func thePageWorks() throws {
            try KernelTest.require("clang", "curl", "python3")
            let binary = try #require(Command.tcptune)
            let directory = try TemporaryDirectory(below: "/run")
            let cgroup = try TemporaryCgroup()
            let place = Placement(cgroup: cgroup.path)
            // The place that the page names isn't the test's to use, and the port may be taken.
            var script = """
                set -eu
                tcptune() { \(binary) "$@"; }

                """
            let blocks = try page.blocks()
            #expect(blocks.map(\.language) == ["sh", "", "c", "sh", "sh", "", "yaml", "sh"])
            for block in blocks {
                switch block.language {
                case "sh": script += block.text
                case "c": script += page.here(block.text, "gentle/gentle.bpf.c")
                case "yaml": script += page.here(block.text, "gentle.yaml")
                default: break
                }
            }
            // A busy machine disturbs every run of the benchmark: that is its answer then.
            script = script.replacing("--repeat 1\n", with: "--repeat 1 || test $? = 1\n")
            script = script.replacing("/root/controllers", with: directory.path.string)
                .replacing("8123", with: "\(try TCPServer().port)")
            let output = try Command.run(
                ["bash", "-c", script], place, timeout: .seconds(180))
            #expect(output.status == 0, "\(output.standardError)")
            let text = output.standardOutput
            #expect(text.components(separatedBy: "verifier    ok").count == 3)
            #expect(text.components(separatedBy: "long queue  ok").count == 3)
            #expect(text.contains("delay_beta_permille"))
            #expect(text.contains("B = gentle"))
            // `stats`: the connection of curl and its server.
            #expect(text.contains(/controller +gentle/))
            let names = try Kernel().availableCongestionControls()
            #expect(!names.contains { $0.hasPrefix("gentle") })
        }
    }
}

extension Command {
    /// Beside the tests' own bundle.
    static var tcptune: String? {
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = here.appendingPathComponent("tcptune").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}
