import GRPC
import Glibc
import Host
import NodeSupport
import Pods
import SystemPackage
import TestSupport
import Testing

/// A real container runtime with real pods.
@Suite(.serialized) struct NodeTests {
    private static let uids = (1...4).map { "0a1b2c3d-0000-4000-8000-00000000000\($0)" }
    private let node: Node

    init() throws {
        try KernelTest.require("containerd", "ctr", "runc", "busybox", "unshare")
        node = try Node()
    }

    private func list(_ endpoint: FilePath? = nil) throws -> NodePods.List {
        try NodePods(.discover(), endpoints: [endpoint ?? node.endpoint]).list()
    }

    @Test func findsPodsThroughTheRuntime() throws {
        let web = try node.run(
            "web", uid: Self.uids[0], labels: ["app": "web", "tier": "front"],
            annotations: ["tcptune.dev/profile": "wan-bulk"])
        let batch = try node.run(
            "batch", namespace: "jobs", uid: Self.uids[1], qos: "besteffort", driver: .systemd,
            labels: ["app": "backup"])
        let other = try node.run(
            "web", namespace: "ops", uid: Self.uids[2], qos: "guaranteed", driver: .systemd,
            labels: ["app": "web"])
        let list = try list()
        #expect(list.runtime?.hasPrefix("containerd ") == true)
        #expect(list.reason == nil)
        #expect(list.pods.map(\.title) == ["default/web", "jobs/batch", "ops/web"])
        #expect(list.pods.map(\.qos) == [.burstable, .bestEffort, .guaranteed])
        #expect(list.pods.map { $0.cgroup?.name } == [web.cgroup, batch.cgroup, other.cgroup])
        #expect(list.pods.map(\.isReady) == [true, true, true])
        #expect(list.pods[0].labels == ["app": "web", "tier": "front"])
        #expect(list.pods[0].annotations?["tcptune.dev/profile"] == "wan-bulk")
        #expect(
            list.pods[0].containers == [
                Pod.Container(id: web.container, name: "main", isRunning: true)
            ])

        let sandbox = try #require(list.pods[0].pid)
        #expect(
            try CgroupHierarchy.discover().cgroup(pid: sandbox).name.hasPrefix(web.cgroup + "/"))
        #expect(list.pods[0].sandbox == web.sandbox)

        #expect(try list.pod(named: "jobs/batch").uid == batch.uid)
        #expect(try list.pod(named: "batch").uid == batch.uid)
        #expect(try list.pod(named: other.uid).title == "ops/web")
        func error(_ name: String) throws -> PodError {
            try #require(throws: PodError.self) { try list.pod(named: name) }
        }
        #expect(try error("web").code == .ambiguous)
        #expect(try error("web").reason.contains("default/web, ops/web"))
        #expect(try error("ops/wbe").advice?.contains("ops/web") == true)
        #expect(try error("bacth").advice == "did you mean batch?")
        #expect(try error("a/b/c").code == .malformedName)
        #expect(try list.pods(matching: PodSelector("app=web,!tier")).map(\.title) == ["ops/web"])

        // The tree has the same pods at the same places.
        let tree = try self.list("/no/such/socket")
        let found = tree.pods.filter { $0.cgroup?.name.hasPrefix(node.cgroup.cgroup.name) == true }
        #expect(Set(found.map(\.uid)) == [web.uid, batch.uid, other.uid])
        #expect(Set(found.compactMap(\.cgroup)) == Set(list.pods.compactMap(\.cgroup)))
        #expect(found.allSatisfy { $0.containers.count == 2 && $0.isReady })
        #expect(tree.reason == "/no/such/socket: there is no such socket")
        #expect(try tree.pod(named: web.uid).cgroup?.name == web.cgroup)
        #expect(throws: PodError.self) { try tree.pods(matching: PodSelector("app=web")) }

        try node.stop(batch)
        let after = try self.list()
        #expect(after.pods.map(\.isReady) == [true, false, true])
        let ended = try #require(throws: PodError.self) { try after.pod(named: "jobs/batch") }
        #expect(ended.reason == "it isn't running")

        try node.freeze()
        let deaf = try NodePods(
            .discover(), endpoints: [node.endpoint], timeout: .milliseconds(300)
        ).list()
        #expect(deaf.runtime == nil)
        #expect(deaf.reason == "\(node.endpoint): no answer in time")
        #expect(deaf.pods.contains { $0.uid == web.uid })
    }

    @Test func commands() throws {
        let web = try node.run("web", uid: Self.uids[3], labels: ["app": "web"])
        let binary = try TestBinary.path()
        let endpoint = ["--cri-endpoint", "unix://\(node.endpoint)"]
        func check(_ arguments: String...) throws -> String {
            try Command.check([binary] + arguments + endpoint)
        }
        func refused(_ arguments: String..., saying words: String) throws {
            let output = try Command.run([binary] + arguments + endpoint)
            #expect(output.status == 1)
            #expect(output.standardError.contains(words), "\(output.standardError)")
        }
        defer { _ = try? Command.run([binary, "detach", "--cgroup", web.cgroup]) }
        let profile = try node.directory.write(
            """
            apiVersion: tcptune.dev/v1
            kind: Profile
            metadata: { name: pod-test }
            spec: { congestionControl: { algorithm: reno } }
            """, to: "pod-test.yaml")

        #expect(try check("pods").contains(web.uid))
        #expect(
            try check("apply", profile.string, "--pod", "default/web")
                == "/\(web.cgroup): applied pod-test\n")
        #expect(
            try check("apply", profile.string, "--pod-selector", "app=web,!other")
                == "/\(web.cgroup): pod-test is applied already\n")
        let table = try check("pods")
        #expect(
            table.split(separator: "\n").last?.split(separator: " ").map(String.init) == [
                "default", "web", web.uid, "burstable", "main", "pod-test", "/" + web.cgroup,
            ])
        let json = try check("pods", "--output", "json")
        #expect(json.contains("\"profile\": \"pod-test\""))
        #expect(json.contains("\"runtime\": \"containerd "))

        let status = try check("status", "--pod", "web", "--output", "json")
        #expect(status.contains("\"pod\": \"default/web\""))

        // What a container opens is tuned.
        let container = try CgroupHierarchy.discover().cgroup(at: web.containerCgroup)
        let server = try TCPServer()
        let connection = try TCPConnection.connect(
            Placement(cgroup: container.path), to: server.address, port: server.port)
        #expect(try connection.options.congestionControl == "reno")

        try refused("apply", profile.string, "--pod", "wbe", saying: "did you mean web?")
        #expect(try check("stats", "--pod-selector", "app").contains("pod-test"))
        try refused(
            "apply", profile.string, "--pod-selector", "app=", saying: "no running pod of this node"
        )
        try refused(
            "apply", profile.string, "--pod-selector", "app=x,", saying: "isn't understood")
        #expect(try check("detach", "--pod-selector", "app") == "/\(web.cgroup): detached\n")
        try refused("detach", "--pod-selector", "app", saying: "no profile is applied to pods")
        try refused("detach", "--pod", "web", saying: "no profile is applied to cgroup")

        /// The cgroup tree instead, and why.
        func fallsBack(_ endpoint: String, saying words: String) throws {
            let output = try Command.run([binary, "pods", "--cri-endpoint", endpoint])
            #expect(output.status == 0)
            #expect(output.standardOutput.contains(web.uid))
            #expect(
                output.standardError.contains(
                    "pods are from the cgroup tree alone, without labels: \(endpoint): \(words)"),
                "\(output.standardError)")
        }
        try fallsBack("/no/such/socket", saying: "there is no such socket")
        try fallsBack(profile.string, saying: "nobody listens there")
        try fallsBack("/" + String(repeating: "x", count: 200), saying: "too long")
        try node.freeze()
        try fallsBack(node.endpoint.string, saying: "no answer in time")
        try refused(
            "apply", profile.string, "--pod-selector", "app=web",
            saying: "only the container runtime knows labels: \(node.endpoint): no answer in time")
    }
}
