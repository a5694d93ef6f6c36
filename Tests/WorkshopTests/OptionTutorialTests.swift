import Foundation
import Host
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// docs/writing-an-option.md: what it shows is built, and all its commands are run.
    @Suite struct OptionTutorialTests {
        private let page = TutorialPage("writing-an-option")

        @Test func thePageWorks() throws {
            try KernelTest.require("clang", "curl", "python3", "unshare")
            let binary = try #require(Command.tcptune)
            let directory = try TemporaryDirectory(below: "/run")
            let cgroup = try TemporaryCgroup()
            // A BPF file system of its own: nothing of this host is in force there.
            var script = """
                set -eu
                mount -t bpf bpf /sys/fs/bpf
                tcptune() { \(binary) "$@"; }

                """
            let blocks = try page.blocks()
            #expect(blocks.map(\.language) == ["sh", "", "yaml", "c", "sh", "yaml", "sh", ""])
            var manifests = ["tell.yaml", "backlog/option.yaml"]
            for block in blocks {
                switch block.language {
                case "sh": script += block.text
                case "c":
                    // As long as the page promises.
                    #expect(block.text.split(separator: "\n").count <= 35)
                    script += page.here(block.text, "backlog/backlog.bpf.c")
                case "yaml": script += page.here(block.text, manifests.removeLast())
                default: break
                }
            }
            // The place that the page names isn't the test's to use, and the port may be taken.
            script = script.replacing("/root/options", with: directory.path.string)
                .replacing("8124", with: "\(try TCPServer().port)")
            let output = try Command.run(
                ["unshare", "--mount", "bash", "-c", script], Placement(cgroup: cgroup.path),
                timeout: .seconds(120))
            #expect(output.status == 0, "\(output.standardError)")
            let text = output.standardOutput
            #expect(text.components(separatedBy: "verifier    ok").count == 3, "\(text)")
            #expect(text.components(separatedBy: "connection  ok").count == 3)
            #expect(text.contains("kind, ExID: 254, 0xB10C"))
            #expect(text.contains(/4 to 7 +unacked +bytes/))
            // curl's request is said to the server, and what is to come of the answer to curl.
            let said = text.matches(of: /peer backlog: unsent (\d+) bytes, unacked (\d+) bytes/)
            #expect(said.contains { (Int($0.1) ?? 0) + (Int($0.2) ?? 0) > 100_000 }, "\(text)")
            #expect(text.contains(/tcptune_option_value_max\{.*field="unsent",option="backlog"/))
        }
    }
}
