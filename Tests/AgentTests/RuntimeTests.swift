import Glibc
import Host
import NodeSupport
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// With a real container runtime and real pods.
    @Suite struct RuntimeTests {
        private let node: Node
        private let pins: PrivateBPFFS
        private let uids = (1...4).map { "0a1b2c3d-0000-4000-8000-0000000000a\($0)" }

        init() throws {
            try KernelTest.require("containerd", "ctr", "runc", "busybox", "unshare", "nsenter")
            node = try Node()
            pins = try PrivateBPFFS()
            for controller in ["reno", "cubic"] {
                try node.directory.write(
                    """
                    apiVersion: tcptune.dev/v1
                    kind: Profile
                    metadata: { name: agent-\(controller) }
                    spec: { congestionControl: { algorithm: \(controller) } }
                    """, to: "agent-\(controller).yaml")
            }
            let directory = node.directory.path.string
            try node.directory.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Agent
                policies:
                  - { name: backups, selector: "app=backup", profile: "\(directory)/agent-cubic.yaml" }
                  - { name: shop, namespaces: [shop], profile: "\(directory)/agent-reno.yaml" }
                resync: 2s
                export: { file: "\(directory)/tcptune.prom", interval: 1s }
                runtime: { endpoints: ["\(node.endpoint)"], timeout: 500ms }
                """, to: "agent.yaml")
        }

        private func metrics() -> String {
            let file = node.directory.path.appending("tcptune.prom")
            return String(decoding: (try? Files.bytes(file, what: "")) ?? [], as: UTF8.self)
        }

        /// The profiles by pod.
        private func status() throws -> [String: String] {
            let text = try Command.check(
                pins.command([try TestBinary.path(), "status", "--output", "json"]))
            return try AgentNode.profiles(text)
        }

        private func eventuallyHas(_ profiles: [String: String]) throws -> Bool {
            try eventually(within: .seconds(10)) { try status() == profiles }
        }

        @Test func followsARuntime() throws {
            var agent = try ChildProcess(
                pins.command([
                    try TestBinary.path(), "agent", "--log-format", "json", "--config",
                    node.directory.path.appending("agent.yaml").string,
                ]))
            #expect(eventually(within: .seconds(20)) { metrics().contains("tcptune_agent_pods") })
            #expect(metrics().contains("tcptune_agent_runtime_available 1\n"))

            // By labels, namespaces, and what they ask for themselves.
            let web = try node.run("web", namespace: "shop", uid: uids[0])
            _ = try node.run(
                "night", namespace: "shop", uid: uids[1], driver: .systemd,
                labels: ["app": "backup"])
            _ = try node.run(
                "own", namespace: "shop", uid: uids[2],
                annotations: ["tcptune.dev/profile": "no-such-profile"])
            _ = try node.run(
                "away", namespace: "shop", uid: uids[3],
                annotations: ["tcptune.dev/profile": "none"])
            let all = ["shop/web": "agent-reno", "shop/night": "agent-cubic"]
            #expect(try eventuallyHas(all))
            #expect(
                eventually {
                    metrics().contains("tcptune_agent_failed_pods{reason=\"profile\"} 1\n")
                })
            #expect(
                eventually {
                    metrics().contains("namespace=\"shop\",pod=\"web\",profile=\"agent-reno\"")
                })

            // A runtime that is asked in vain costs no pod its profile.
            try node.freeze()
            #expect(
                eventually(within: .seconds(20)) {
                    metrics().contains("tcptune_agent_runtime_available 0\n")
                })
            #expect(try status() == all)
            try node.thaw()
            #expect(
                eventually(within: .seconds(30)) {
                    metrics().contains("tcptune_agent_runtime_available 1\n")
                })
            #expect(try status() == all)

            try node.stop(web)
            try agent.signal(SIGTERM)
            let output = try agent.wait()
            #expect(output.status == 0)
            let lines = output.standardError.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("{\"time\":") && $0.hasSuffix("}") })
            #expect(lines.contains { $0.contains("no profile of that name") })
            #expect(lines.count { $0.contains("from the cgroup tree alone") } == 1, "\(lines)")
            #expect(lines.count { $0.contains("\"why\":\"policy backups\"") } == 1)
        }
    }
}
