import CongestionControl
import Host
import Profiles
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    @Suite struct ControllerTests {
        @Test(
            arguments: ["tt_reno", "tt_cubic", "tt_vegas", "tt_ledbatpp", "tt_copa", "tt_bbr3"])
        func aBPFControllerCarriesData(_ name: String) throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: name))
            let (client, server) = try TCPConnection.pair(client: tuned.placement)
            #expect(try client.options.congestionControl == name)
            try transfer(10_000_000, from: client, to: server)
            #expect(try tuned.statistics().bytesAcked >= 10_000_000)
        }

        @Test func dctcpWantsECNAtBothEnds() throws {
            let tuned = try TunedCgroup()
            var ecn = SocketSettings()
            ecn.ecn = true
            try tuned.apply(
                Profile(
                    name: "test",
                    congestionControl: CongestionControlChoice(algorithm: "tt_dctcp"), socket: ecn))
            let (client, server) = try TCPConnection.pair(
                client: tuned.placement, server: tuned.placement)
            try transfer(10_000_000, from: client, to: server)
            try transfer(10_000_000, from: server, to: client)
            #expect(try client.options.congestionControl == "tt_dctcp")
            #expect(try server.options.congestionControl == "tt_dctcp")
        }

        /// Half of the sequence numbers a connection may begin with are negative as differences to
        /// 0: several connections, so that both halves are seen.
        @Test func dctcpFallsBackWithoutECN() throws {
            let tuned = try TunedCgroup()
            let network = try NetworkPair()
            try Command.check(
                ["sh", "-c", "echo 0 > /proc/sys/net/ipv4/tcp_ecn"], network.b.placement)
            var ecn = SocketSettings()
            ecn.ecn = true
            try tuned.apply(
                Profile(
                    name: "test",
                    congestionControl: CongestionControlChoice(algorithm: "tt_dctcp"), socket: ecn))
            let placement = Placement(cgroup: tuned.cgroup.path, namespace: network.a.path)
            for _ in 0..<16 {
                let (client, server) = try TCPConnection.pair(
                    client: placement, server: network.b.placement, address: network.b.ipv4)
                try transfer(100_000, from: client, to: server)
                #expect(try client.options.congestionControl == "reno")
            }
        }

        @Test func parametersAreARegistrationOfTheirOwn() throws {
            let tuned = try TunedCgroup()
            let inner = try tuned.cgroup.child("inner")
            try tuned.apply(Profile(controller: "tt_cubic"))
            try tuned.tuner.apply(
                Profile(controller: "tt_cubic", parameters: ["beta_permille": .integer(800)]),
                to: [.cgroup(inner.path.string)])
            let registered = try tuned.tuner.registeredControllers().map(\.name)
            #expect(registered.count == 2)
            #expect(registered.contains("tt_cubic"))
            let (client, _) = try TCPConnection.pair(client: Placement(cgroup: inner.path))
            #expect(try client.options.congestionControl == registered.first { $0 != "tt_cubic" })
        }

        @Test func itLastsAsLongAsItHasUsers() throws {
            let tuned = try TunedCgroup()
            let other = try TemporaryCgroup()
            let profile = Profile(controller: "tt_reno")
            try tuned.tuner.apply(profile, to: [tuned.target, .cgroup(other.path.string)])
            try tuned.tuner.detach([tuned.target])
            #expect(try tuned.tuner.registeredControllers().map(\.name) == ["tt_reno"])

            try lingers(tuned.tuner, in: other.cgroup)
            #expect(
                try eventually {
                    _ = try tuned.tuner.collectGarbage()
                    return try tuned.tuner.registeredControllers().isEmpty
                })
        }

        /// While a socket has it; the socket ends with this function.
        private func lingers(_ tuner: Tuner, in cgroup: Cgroup) throws {
            let (client, _) = try TCPConnection.pair(client: Placement(cgroup: cgroup.path))
            let report = try tuner.detach([.cgroup(cgroup.path.string)])
            #expect(report.lingering.map(\.name) == ["tt_reno"])
            #expect(try client.options.congestionControl == "tt_reno")
        }

        @Test func wrongOnesChangeNothing() throws {
            let tuned = try TunedCgroup()
            for profile in [
                Profile(controller: "tt_cubik"),
                Profile(controller: "reno", parameters: ["a": .integer(1)]),
                Profile(controller: "tt_cubic", parameters: ["beta_permille": .integer(5000)]),
                Profile(controller: "tt_cubic", parameters: ["beta": .integer(700)]),
            ] {
                #expect {
                    try tuned.apply(profile)
                } throws: { ($0 as? TunerError)?.code == .invalidProfile }
            }
            #expect(try tuned.tuner.attachments().isEmpty)
            #expect(try tuned.tuner.registeredControllers().isEmpty)
        }

        @Test func aFallbackIsTakenAndSaid() throws {
            let tuned = try TunedCgroup()
            let choice = CongestionControlChoice(algorithm: "tt_none", fallback: ["reno"])
            try tuned.apply(Profile(name: "test", congestionControl: choice))
            let attachment = try tuned.tuner.attachments()[0]
            #expect(attachment.controllerLabels == ["reno"])
            #expect(attachment.passedOver.count == 1)
        }
    }
}
