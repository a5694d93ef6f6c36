import CongestionControl
import Emulator
import Foundation
import LinkModel
import Profiles
import TestSupport
import Testing

@testable import BPF
@testable import Telemetry
@testable import Tuner

extension KernelSuites {
    /// What controllers show of their state, against what is known of the connection.
    @Suite struct StateTests {
        /// A cgroup with a controller, and a connection from it over 20 Mbit/s and 10 ms.
        private final class Path {
            // In the order in which they go: the controller is free once its sockets are closed.
            let client: TCPConnection
            let server: TCPConnection
            let network: EmulatedNetwork
            let tuned: TunedCgroup

            init(
                _ controller: String, parameters: [String: ParameterValue] = [:],
                packets: Int64 = 1000, marksAt: Int64? = nil
            ) throws {
                tuned = try TunedCgroup()
                var socket = SocketSettings()
                if marksAt != nil { socket.ecn = true }
                try tuned.apply(
                    Profile(
                        name: "test",
                        congestionControl: CongestionControlChoice(
                            algorithm: controller, parameters: parameters), socket: socket))
                let discipline = marksAt.map { QueueDiscipline.step(.packets(Int($0))) }
                let queue = QueueSpec(
                    limit: .amount(.packets(Int(packets))), discipline: discipline ?? .dropTail)
                let delay: Int64 = 5_000_000
                network = try EmulatedNetwork(
                    link: LinkSpec(
                        down: DirectionSpec(
                            rate: .constant(bitsPerSecond: 20_000_000), delay: delay, queue: queue),
                        up: DirectionSpec(rate: .unlimited, delay: delay)), seed: 1)
                let (left, right) = (network.left[0], network.right[0])
                if marksAt != nil {
                    for host in [left, right] {
                        try Command.check(
                            ["sysctl", "-qw", "net.ipv4.tcp_ecn=1"],
                            Placement(namespace: host.namespace.path))
                    }
                }
                try network.start()
                // A listener grants ECN to a peer's ECT SYN only if its own controller needs ECN.
                let listener = try TCPServer(
                    Placement(
                        cgroup: marksAt == nil ? nil : tuned.cgroup.path,
                        namespace: right.namespace.path), address: right.ipv4)
                client = try TCPConnection.connect(
                    Placement(cgroup: tuned.cgroup.path, namespace: left.namespace.path),
                    to: right.ipv4, port: listener.port)
                server = try listener.accept()
            }

            deinit {
                // At once: with a FIN the sockets would outlive the network.
                try? client.abort()
                try? server.abort()
            }

            /// Sends, and returns when all is acknowledged: nothing moves any more.
            func transfer(_ bytes: Int) throws {
                try TestSupport.transfer(bytes, from: client, to: server)
                #expect(try eventually { try client.info().unacked == 0 })
            }

            func state() throws -> ControllerState? {
                let cookie = try client.cookie()
                var found: ControllerState?
                try Telemetry(tuned.tuner).forEachConnectionAndState(
                    of: try tuned.tuner.attachments()
                ) { connection, state, _ in
                    if connection.cookie == cookie { found = state }
                }
                return found
            }

            func number(_ path: String, _ member: String? = nil) throws -> Double {
                let state = try #require(try self.state())
                switch member.map({ state[path, $0] }) ?? state[path] {
                case .unsigned(let value): return Double(value)
                case .decimal(let value): return value
                case let other: throw TestSupportError("\(path) is \(String(describing: other))")
                }
            }

            /// Sends, and returns by how many bytes a sequence number of the state moved.
            func moved(_ field: String, by bytes: Int) throws -> Int32 {
                let before = try number(field)
                try transfer(bytes)
                return Int32(bitPattern: UInt32(try number(field)) &- UInt32(before))
            }
        }

        @Test func vegasBeginsRounds() throws {
            let path = try Path("tt_vegas")
            try path.transfer(200_000)
            let moved = try path.moved("round_end", by: 1_000_000)
            #expect(moved > 0 && moved <= 1_200_000)
        }

        @Test func copaKnowsTheLeastRTT() throws {
            let path = try Path("tt_copa")
            try path.transfer(200_000)
            let moved = try path.moved("round_end", by: 1_000_000)
            #expect(moved > 0 && moved <= 1_200_000)
            let known = Double(try path.client.info().minRTT)
            let least = try path.number("least", "current_us")
            #expect(known >= 10_000)
            #expect(least >= known && least <= known * 1.2)
            #expect(try path.number("most", "current_us") >= least)
            #expect(try path.number("velocity") >= 1)
            #expect(try path.number("inverse_delta_permille") >= 2000)
            #expect(try path.state()?["up"] != nil)
        }

        @Test func ledbatHasTheBaseDelayAndItsGain() throws {
            let path = try Path("tt_ledbatpp")
            try path.transfer(1_000_000)
            let base = try path.number("base_us")
            #expect(base == Double(try path.client.info().minRTT))
            // min(16, ceil(2 * 60 ms / base)), section 4.2
            #expect(try path.number("gain_divisor") == min(16, (120_000 / base).rounded(.up)))
            guard case .list(let earlier) = try path.state()?["earlier_us"] else {
                Issue.record("earlier_us is no list")
                return
            }
            #expect(earlier.count == 3)
            for case .unsigned(let rtt) in earlier { #expect(Double(rtt) >= base) }
        }

        /// The stage after a loss: K is the time from the window it began with to the plateau.
        @Test func cubicsStageIsTheRFCs() throws {
            let path = try Path("tt_cubic", packets: 20)
            try path.transfer(3_000_000)
            let info = try path.client.info()
            #expect(info.totalRetrans > 0)
            let plateau = try path.number("stage", "w_max")
            let prior = try path.number("stage", "cwnd_prior")
            #expect(plateau > 0 && plateau <= prior)
            let rise = plateau - Double(info.sndSsthresh)
            let k = try path.number("stage", "k_s")
            // Recovery ends at ssthresh, or a segment or two below.
            #expect(k >= cbrt(max(0, rise) / 0.4) - 0.01)
            #expect(k <= cbrt((rise + 3) / 0.4) + 0.01)
            // 3 (1 - beta) / (1 + beta), or 1 (section 4.3)
            let alpha = try path.number("stage", "alpha")
            #expect(alpha == 1 || abs(alpha - 3 * 0.3 / 1.7) < 0.001)
            #expect(try path.number("hystart", "window_end") > 0)
        }

        @Test func dctcpsAlphaFollowsTheMarks() throws {
            let path = try Path("tt_dctcp", marksAt: 20)
            #expect(try path.number("alpha") == 1)
            try path.transfer(4_000_000)
            let info = try path.client.info()
            let alpha = try path.number("alpha")
            #expect(info.deliveredCE > 0)
            #expect(alpha > 0 && alpha < 1)
            let marked = try path.number("delivered_ce")
            #expect(marked > 0 && marked <= Double(info.deliveredCE))
            #expect(try path.number("delivered") <= Double(info.delivered))
        }

        /// Without a mark alpha loses a sixteenth in each window.
        @Test func dctcpsAlphaFallsWithoutMarks() throws {
            let path = try Path("tt_dctcp", marksAt: 1000)
            try path.transfer(300_000)
            let windows = try log(path.number("alpha")) / log(15.0 / 16)
            #expect(windows >= 1)
            #expect(abs(windows - windows.rounded()) < 0.001)
        }

        /// Parameters make a registration of another name.
        @Test func otherParametersAreTheSameState() throws {
            let path = try Path("tt_cubic", parameters: ["beta_permille": .integer(800)])
            #expect(try path.client.options.congestionControl != "tt_cubic")
            try path.transfer(100_000)
            #expect(try path.number("hystart", "window_end") > 0)
        }

        /// As after a live update: two controllers have had the name, each connection is shown by
        /// its own, whoever registered it.
        @Test func aConnectionIsShownByWhatItRuns() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(name: "observe"))
            let old = try connect(tuned, using: "tt_vegas", as: "tt_either")
            let new = try connect(tuned, using: "tt_copa", as: "tt_either")
            var fields: [UInt64: [String]] = [:]
            try Telemetry(tuned.tuner).forEachConnectionAndState(
                of: try tuned.tuner.attachments()
            ) { connection, state, _ in
                #expect(connection.congestionControl == "tt_either")
                fields[connection.cookie] = state?.fields.map(\.name) ?? []
            }
            #expect(try fields[old.client.cookie()] == ["round_end", "limited", "hold"])
            #expect(try fields[new.client.cookie()]?.contains("velocity") == true)
        }

        /// The controller is registered until the connection has it.
        private func connect(
            _ tuned: TunedCgroup, using controller: String, as name: String
        ) throws -> (client: TCPConnection, server: TCPConnection) {
            let found = ControllerCatalog.builtIn.first { $0.name == controller }
            guard case .builtIn(let embedded) = found?.origin else {
                throw TestSupportError("there is no \(controller)")
            }
            var object = try Object(embedded, renaming: [controller: name])
            try object.load()
            let registered = try object.register(structOps: controller)
            let pair = try TCPConnection.pair(client: tuned.placement)
            try pair.client.options.setCongestionControl(name)
            try registered.unregister()
            return pair
        }

        @Test(arguments: ["reno", "tt_reno"])
        func whatShowsNothingHasNone(_ controller: String) throws {
            let path = try Path(controller)
            try path.transfer(10_000)
            #expect(try path.tuned.connection(path.client) != nil)
            #expect(try path.state() == nil)
        }

        @Test func theCommandPrintsIt() throws {
            let binary = try #require(KillTests.binary)
            let shown = try TemporaryCgroup()
            let native = try TemporaryCgroup()
            let groups = ["--cgroup", shown.path.string, "--cgroup", native.path.string]
            _ = try Command.check([binary, "apply", "default-cubic-bpf"] + Array(groups[..<2]))
            defer { _ = try? Command.run([binary, "detach"] + groups) }
            _ = try Command.check([binary, "apply", "observe"] + Array(groups[2...]))
            let (one, _) = try TCPConnection.pair(client: Placement(cgroup: shown.path))
            let (other, _) = try TCPConnection.pair(client: Placement(cgroup: native.path))
            #expect(try one.options.congestionControl == "tt_cubic")
            let list = [binary, "connections"] + groups

            let table = try Command.check(list + ["--cc-state"])
            #expect(table.split(separator: "\n").count == 4)
            #expect(table.contains("\n    stage(w_max=0 cwnd_prior=0 k_s=0 "))

            let json = try JSONSerialization.jsonObject(
                with: Data(try Command.check(list + ["--cc-state", "--output", "json"]).utf8))
            let connections = try #require(json as? [[String: Any]])
            for connection in connections {
                let port = (connection["local"] as? String)?.split(separator: ":").last
                if port == "\(one.localPort)" {
                    let state = try #require(connection["controllerState"] as? [String: Any])
                    let stage = try #require(state["stage"] as? [String: Any])
                    #expect(stage["w_max"] as? Int == 0)
                    #expect(stage["k_s"] as? Double == 0)
                } else {
                    #expect(port == "\(other.localPort)")
                    #expect(connection["controllerState"] is NSNull)
                }
            }
            #expect(connections.count == 2)

            let plain = try Command.check(list + ["--output", "json"])
            #expect(!plain.contains("controllerState"))
            #expect(try Command.check(list).split(separator: "\n").count == 3)
        }
    }
}
