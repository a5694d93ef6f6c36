import BPF
import Glibc
import Host
import NodeSupport
import TestSupport
import Testing
import Tuner

/// Suites that change the kernel's state: one after the other.
@Suite(.serialized) struct KernelSuites {}

extension KernelSuites {
    /// The agent as a process, on a node without a container runtime.
    @Suite struct AgentTests {
        private let node: AgentNode
        private let reno: String
        private let cubic: String

        init() throws {
            try KernelTest.require("unshare", "nsenter")
            node = try AgentNode()
            reno = try node.writeProfile("agent-reno", controller: "reno")
            cubic = try node.writeProfile("agent-cubic", controller: "cubic")
            try node.configure("  - { name: all, profile: \"\(reno)\" }")
        }

        @Test func followsPods() throws {
            try node.makePod(1, name: "web")
            var agent = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            #expect(try node.controller(inPod: 1) == "reno")
            try node.makePod(2, name: "api", namespace: "team")
            #expect(try node.eventuallyHas(["shop/web": "agent-reno", "team/api": "agent-reno"]))
            #expect(eventually { node.metrics().contains("tcptune_agent_tuned_pods 2\n") })
            #expect(
                eventually {
                    node.metrics().contains("namespace=\"team\",pod=\"api\",profile=\"agent-reno\"")
                })
            try node.removePod(1)
            #expect(try node.eventuallyHas(["team/api": "agent-reno"]))
            #expect(eventually { !node.metrics().contains("pod=\"web\"") })
            try agent.signal(SIGTERM)
            #expect(try agent.wait().status == 0)
            #expect(try node.eventuallyHas(["team/api": "agent-reno"]))
        }

        @Test func takesOverOpenConnections() throws {
            try node.makePod(1, name: "web")
            let process = try ChildProcess(
                ["sleep", "60"],
                Placement(cgroup: node.path(ofPod: 1).appending(AgentNode.container)))
            let server = try TCPServer()
            let open = try TCPConnection.connect(
                Placement(cgroup: node.path(ofPod: 1)), to: server.address, port: server.port)
            #expect(try open.options.congestionControl != "reno")
            let agent = try node.agent()
            #expect(try eventually { try open.options.congestionControl == "reno" })
            #expect(
                eventually {
                    node.metrics().contains("tcptune_agent_adopted_connections_total 1\n")
                })
            withExtendedLifetime(agent) {}
            withExtendedLifetime(process) {}
        }

        /// What is attached is as it was, to the program, after a death at any moment.
        @Test func restarts() throws {
            try node.makePod(1, name: "web")
            let first = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            let before = try node.attached()[0]
            try first.signal(SIGKILL)
            let server = try TCPServer()
            let open = try TCPConnection.connect(
                Placement(cgroup: node.path(ofPod: 1)), to: server.address, port: server.port)
            #expect(try open.options.congestionControl == "reno")
            try open.options.setCongestionControl("cubic")
            let second = try node.agent()
            let after = try node.attached()[0]
            #expect(after.programID == before.programID && after.appliedAt == before.appliedAt)
            #expect(try open.options.congestionControl == "cubic")
            withExtendedLifetime(second) {}
        }

        @Test func detachesOnExit() throws {
            try node.makePod(1, name: "web")
            try node.tcptune("apply", cubic, "--cgroup", "kubepods")
            var agent = try node.agent("--on-exit", "detach")
            #expect(try node.attached().count == 2)
            try agent.signal(SIGTERM)
            #expect(try agent.wait().status == 0)
            #expect(try node.attached().map(\.profile) == ["agent-cubic"])
        }

        /// Changed as a whole, or not at all.
        @Test func readsItsConfigurationAgain() throws {
            try node.makePod(1, name: "web")
            let agent = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            try node.configure("  - { name: all, profile: no-such-profile }")
            #expect(eventually { node.metrics().contains("tcptune_agent_config_valid 0\n") })
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            try node.configure(
                "  - { name: all, profile: \"\(cubic)\" }", "annotations: false")
            #expect(try node.eventuallyHas(["shop/web": "agent-cubic"]))
            #expect(eventually { node.metrics().contains("tcptune_agent_config_valid 1\n") })

            // The profile's file is as good as the configuration's.
            _ = try node.directory.write(
                """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata: { name: agent-cubic }
                spec: { congestionControl: { algorithm: reno } }
                """, to: "agent-cubic.yaml")
            #expect(try eventually { try node.controller(inPod: 1) == "reno" })

            try node.configure("  - { name: all, profile: none }", "annotations: false")
            #expect(try node.eventuallyHas([:]))
            withExtendedLifetime(agent) {}
        }

        @Test func leavesAloneWhatWasMadeByHand() throws {
            let pod = try node.makePod(1, name: "web")
            try node.makePod(2, name: "api")
            try node.tcptune("apply", cubic, "--cgroup", pod)
            let agent = try node.agent()
            #expect(
                try node.eventuallyHas(["/" + pod: "agent-cubic", "shop/api": "agent-reno"]))
            #expect(
                eventually {
                    node.metrics().contains("tcptune_agent_failed_pods{reason=\"by_hand\"} 1\n")
                })
            withExtendedLifetime(agent) {}
        }

        @Test func registersAgainWhatOthersUnregister() throws {
            try KernelTest.require("struct_ops links", isPresent: StructOps.linksSupported())
            let ours = try node.writeProfile("agent-ours", controller: "tt_reno")
            try node.configure("  - { name: all, profile: \"\(ours)\" }")
            try node.makePod(1, name: "web")
            let agent = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-ours"]))
            #expect(try node.controller(inPod: 1) == "tt_reno")
            for id in try Link.ids() {
                guard let link = try? Link(id: id),
                    case .structOps(let map) = try link.info().kind,
                    try Map(id: map).name == "tt_reno"
                else { continue }
                try link.detach()
            }
            #expect(
                eventually(within: .seconds(10)) {
                    node.metrics().contains("tcptune_agent_changes_total{action=\"repaired\"} 1\n")
                })
            #expect(try node.controller(inPod: 1) == "tt_reno")
            withExtendedLifetime(agent) {}
        }

        @Test func repairsWhatOthersTakeOff() throws {
            let pod = try node.makePod(1, name: "web")
            let agent = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            let cgroup = try node.attached()[0].cgroupID
            for id in try Link.ids() {
                guard let link = try? Link(id: id), case .cgroup(cgroup, _) = try link.info().kind
                else { continue }
                try link.detach()
            }
            #expect(
                eventually(within: .seconds(10)) {
                    node.metrics().contains("tcptune_agent_changes_total{action=\"repaired\"} 1\n")
                })
            #expect(try node.controller(inPod: 1) == "reno")
            try node.tcptune("detach", "--cgroup", pod)
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
            withExtendedLifetime(agent) {}
        }

        /// Another tool's program, on a cgroup further out, takes a connection's callbacks away.
        @Test func setsClearedCallbacksAgain() throws {
            try node.makePod(1, name: "web")
            let process = try ChildProcess(
                ["sleep", "60"],
                Placement(cgroup: node.path(ofPod: 1).appending(AgentNode.container)))
            let agent = try node.agent()
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))

            let server = try TCPServer()
            var object = try Object(BPFPrograms.clobber)
            try object.load()
            let directory = try node.cgroup.cgroup.open()
            let link = try object.program(named: "clobber").attach(cgroup: directory.raw)
            let open = try TCPConnection.connect(
                Placement(cgroup: node.path(ofPod: 1)), to: server.address, port: server.port)
            try link.detach()

            if try KernelFeature.iteratorCallbacks.isPresent() {
                #expect(
                    eventually(within: .seconds(10)) {
                        node.metrics().contains("tcptune_agent_restored_connections_total 1\n")
                    })
                #expect(try agent.standardError().contains("callbacks set again connections=1 "))
                #expect(
                    try node.tcptune("connections", "--output", "json").contains(
                        "\"counted\": true"))
            } else {
                #expect(
                    try eventually(within: .seconds(10)) {
                        try agent.standardError().contains("lets nobody set them again")
                    })
            }
            withExtendedLifetime(open) {}
            withExtendedLifetime(process) {}
        }

        /// A profile that this host refuses doesn't touch the pods of others.
        @Test func refusesWhatCannotRun() throws {
            let impossible = try node.writeProfile("agent-none", controller: "no_such_cc")
            try node.configure("  - { profile: \"\(impossible)\" }")
            let output = try Command.run(
                node.command([
                    try TestBinary.path(), "agent", "--once", "--config",
                    node.directory.path.appending("agent.yaml").string,
                ]))
            #expect(output.status == 65)
            #expect(output.standardError.contains("no_such_cc"), "\(output.standardError)")
        }

        @Test func once() throws {
            try node.makePod(1, name: "web")
            try node.makePod(2)
            try node.configure(
                """
                  - { name: shop, namespaces: [shop], profile: "\(reno)" }
                """)
            let arguments = [
                try TestBinary.path(), "agent", "--once", "--config",
                node.directory.path.appending("agent.yaml").string,
            ]
            let output = try Command.run(node.command(arguments))
            #expect(output.status == 1)
            #expect(output.standardError.contains("info applied pod=shop/web"))
            #expect(
                output.standardError.contains("warning not tuned pod=\(AgentNode.uid(2))"),
                "\(output.standardError)")
            #expect(try node.eventuallyHas(["shop/web": "agent-reno"]))
        }

        /// Pods that come and go leave nothing.
        @Test func churn() throws {
            var agent = try node.agent()
            for round in 0..<5 {
                for number in 1...20 { try node.makePod(round * 20 + number, name: "p\(number)") }
                if round % 2 == 0 {
                    #expect(
                        try eventually(within: .seconds(10)) { try node.attached().count == 20 })
                }
                for number in 1...20 { try node.removePod(round * 20 + number) }
            }
            #expect(try node.eventuallyHas([:]))
            let find = node.command(["find", "/sys/fs/bpf/tcptune", "-name", "link"])
            #expect(try eventually { try Command.run(find).standardOutput.isEmpty })
            try agent.signal(SIGTERM)
            #expect(try agent.wait().status == 0)
        }
    }
}
