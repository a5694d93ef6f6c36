import BPF
import CTcptuneABI
import Glibc
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// What a listener is told, of real connections.
    @Suite struct EventTests {
        /// The next events, as many as are expected; fewer where they don't come.
        private func hear(_ count: Int, _ stream: inout EventStream) throws -> [Event] {
            var events: [Event] = []
            while events.count < count, let event = try stream.next(within: 5000) {
                events.append(event)
            }
            return events
        }

        /// Both ends' orderly close, the client's first.
        private func close(_ client: TCPConnection, _ server: TCPConnection) throws {
            try client.shutdownWrite()
            _ = try server.receiveAll()
            try server.shutdownWrite()
            _ = try client.receiveAll()
        }

        @Test func agreesWithTheKernelsHeader() {
            #expect(MemoryLayout<tt_event>.size == 336)
            #expect(MemoryLayout<tt_event_slot>.size == 16)
            #expect(Event.Kind.allCases.count == Int(TT_EVENT_KIND_COUNT.rawValue))
            let first = Event.Kind.allCases.firstIndex { $0.isAboutHeaders }
            #expect(first == Int(TT_EVENT_HEADER_FIRST.rawValue))
        }

        @Test(arguments: ["127.0.0.1", "::1"])
        func tellsAConnectionsLife(address: String) throws {
            let tuned = try TunedCgroup()
            let server = try TCPServer(address: address)
            var profile = Profile("life", controller: "cubic")
            profile.rules = [
                Rule(match: Match(ports: [1])),
                Rule(
                    match: Match(ports: [server.port]),
                    congestionControl: CongestionControlChoice(algorithm: "reno")),
            ]
            try tuned.apply(profile)
            var stream = try EventStream(tuned.tuner)
            let client = try TCPConnection.connect(
                tuned.placement, to: address, port: server.port)
            let peer = try server.accept()
            try transfer(300_000, from: client, to: peer)
            try transfer(70_000, from: peer, to: client)
            try close(client, peer)
            let info = try client.info()

            let events = try hear(3, &stream)
            #expect(events.map(\.kind) == [.opened, .established, .closed])
            let cookie = try client.cookie()
            let host = address.contains(":") ? "[\(address)]" : address
            for event in events {
                #expect(event.connection.cookie == cookie)
                #expect(event.connection.localAddress.description == "\(host):\(client.localPort)")
                #expect(event.connection.remoteAddress.description == "\(host):\(server.port)")
                #expect(!event.connection.isInbound)
                #expect(event.attachment?.profile == "life")
                #expect(event.attachment?.cgroup == tuned.cgroup.cgroup.name)
                #expect(event.connection.cgroupID == tuned.cgroup.cgroup.id)
                #expect(event.connection.rule == 2)
                #expect(event.controllerSource == .rule)
                #expect(event.connection.congestionControl == "reno")
                #expect(event.optionFailures == [])
                #expect(event.connection.peer == nil)
            }
            #expect(events.dropLast().allSatisfy { $0.ending == nil })
            let end = try #require(events.last)
            #expect(end.ending == .normal)
            #expect(end.error == nil)
            #expect(end.connection.bytesSent == 300_000 + info.bytesRetrans)
            #expect(end.bytesRetransmitted == info.bytesRetrans)
            // The SYN counts, the FIN of each side does.
            #expect(end.connection.bytesAcked == 300_002)
            #expect(end.connection.bytesReceived == 70_001)
            #expect(end.dataSegmentsSent == info.dataSegsOut)
            #expect(end.segmentsSent >= end.dataSegmentsSent)
            #expect(end.segmentsReceived == info.segsIn)
            #expect(end.connection.retransmits == info.totalRetrans)
            #expect(end.connection.minimumRTT == info.minRTT)
            #expect(end.age > 0 && end.time >= end.connection.openedAt)
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
            #expect(try stream.next(within: 0) == nil)
            #expect(try stream.lost() == 0)
        }

        @Test func tellsWhoAcceptedAndWhoChose() throws {
            let tuned = try TunedCgroup()
            var profile = Profile(controller: "cubic")
            profile.rules = [Rule(match: Match(direction: .inbound))]
            try tuned.apply(profile)
            var stream = try EventStream(tuned.tuner)
            let (client, server) = try TCPConnection.pair(
                client: tuned.placement, server: tuned.placement)
            let events = try hear(4, &stream)
            for (end, isInbound) in [(client, false), (server, true)] {
                let cookie = try end.cookie()
                let own = events.filter { $0.connection.cookie == cookie }
                #expect(own.map(\.kind) == [.opened, .established])
                #expect(own.allSatisfy { $0.connection.isInbound == isInbound })
                #expect(own.allSatisfy { $0.connection.rule == (isInbound ? 1 : 0) })
                // The rule that matches leaves the base's controller.
                #expect(own.allSatisfy { $0.controllerSource == .base })
            }
            try tuned.apply(Profile("plain") { $0.noDelay = true })
            let plain = try TCPConnection.pair(client: tuned.placement)
            let opened = try #require(try hear(1, &stream).first)
            #expect(opened.attachment?.profile == "plain")
            #expect(opened.controllerSource == .host)
            _ = (plain, client, server)
        }

        @Test func tellsWhyItFailed() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "reno"))
            var stream = try EventStream(tuned.tuner)
            let port = try TCPServer().port
            #expect(throws: (any Error).self) {
                _ = try TCPConnection.connect(tuned.placement, to: "127.0.0.1", port: port)
            }
            let events = try hear(2, &stream)
            #expect(events.map(\.kind) == [.opened, .failed])
            #expect(events.last?.ending == .refused)
            #expect(events.last?.error == .connectionRefused)
            #expect(events.last?.connection.remoteAddress.port == port)
        }

        @Test func tellsAResetFromBothSides() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "reno"))
            var stream = try EventStream(tuned.tuner, kinds: [.closed])
            let (client, server) = try TCPConnection.pair(
                client: tuned.placement, server: tuned.placement)
            let cookie = try client.cookie()
            try client.abort()
            _ = try? server.receive()
            let events = try hear(2, &stream)
            #expect(events.map(\.ending) == [.aborted, .reset])
            #expect(events.map { $0.connection.cookie == cookie } == [true, false])
            #expect(events.last?.error == .connectionReset)
        }

        @Test func tellsATimeout() throws {
            try KernelTest.require("ip")
            let pair = try NetworkPair()
            let tuned = try TunedCgroup()
            try tuned.apply(Profile { $0.userTimeout = 1_000 })
            var stream = try EventStream(tuned.tuner, kinds: [.closed])
            let (client, server) = try TCPConnection.pair(
                client: Placement(cgroup: tuned.cgroup.path, namespace: pair.a.path),
                server: pair.b.placement, address: pair.b.ipv4)
            // The peer's host drops what comes.
            _ = try Command.check(
                ["ip", "-n", pair.b.name, "address", "flush", "dev", pair.b.interface])
            try client.send([1, 2, 3])
            let event = try #require(try hear(1, &stream).first)
            #expect(event.ending == .timeout)
            #expect(event.connection.retransmits > 0)
            #expect(event.bytesRetransmitted > 0)
            #expect(event.connection.bytesAcked == 1)
            #expect(event.age > 500_000_000)
            withExtendedLifetime(server) {}
        }

        @Test func tellsWhatTheKernelRefused() throws {
            try KernelTest.require("struct_ops links", isPresent: StructOps.linksSupported())
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "tt_reno"))
            // The controller goes without tcptune's knowing.
            #expect(unlink(tuned.tuner.layout.controllers.string + "/tt_reno/link") == 0)
            var stream = try EventStream(tuned.tuner, kinds: [.opened, .established])
            _ = try TCPConnection.pair(client: tuned.placement)
            let events = try hear(2, &stream)
            let failures = events.first?.optionFailures ?? []
            #expect(failures.map(\.option) == ["congestionControl"])
            #expect(failures.map(\.reason) == ["No such file or directory"])
            #expect(events.last?.optionFailures == [])
            #expect(events.first?.connection.congestionControl != "tt_reno")
        }

        @Test func tellsWhatWasTakenOverAndReleased() throws {
            let tuned = try TunedCgroup()
            let (client, server) = try TCPConnection.pair(client: tuned.placement)
            try transfer(1000, from: client, to: server)
            var stream = try EventStream(tuned.tuner)
            try tuned.apply(Profile(controller: "reno"), existing: true)
            let adopted = try #require(try hear(1, &stream).first)
            #expect(adopted.kind == .adopted)
            #expect(adopted.connection.isAdopted && !adopted.connection.isInbound)
            #expect(adopted.connection.congestionControl == "reno")
            #expect(adopted.connection.cookie == (try client.cookie()))
            try transfer(500, from: client, to: server)
            try tuned.tuner.detach([tuned.target], existing: true)
            let released = try #require(try hear(1, &stream).first)
            #expect(released.kind == .released)
            #expect(released.connection.bytesSent == 1500)
            #expect(released.attachment?.profile == "test")
            try close(client, server)
            #expect(try stream.next(within: 100) == nil)
        }

        @Test func withoutStatisticsTellsWhatOpenedWhileSomebodyListened() throws {
            let tuned = try TunedCgroup()
            var profile = Profile(controller: "reno")
            profile.statistics = StatisticsSettings(enabled: false)
            try tuned.apply(profile)
            let before = try TCPConnection.pair(client: tuned.placement)
            var stream = try EventStream(tuned.tuner)
            let after = try TCPConnection.pair(client: tuned.placement)
            try close(before.client, before.server)
            try transfer(4000, from: after.client, to: after.server)
            try close(after.client, after.server)
            let events = try hear(3, &stream)
            #expect(events.map(\.kind) == [.opened, .established, .closed])
            #expect(events.last?.connection.cookie == (try after.client.cookie()))
            #expect(events.last?.connection.bytesSent == 4000)
            // And nothing is counted for that.
            let statistics = try tuned.statistics()
            #expect(statistics.open == 0 && statistics.closed == 0)
        }

        @Test func hearsOnlyTheCgroupsAndKindsAskedFor() throws {
            let tuned = try TunedCgroup()
            let other = try TemporaryCgroup()
            try tuned.apply(Profile(controller: "reno"))
            try tuned.tuner.apply(
                Profile(controller: "cubic"), to: [.cgroup(other.path.string)])
            var stream = try EventStream(
                tuned.tuner, kinds: [.established], of: [tuned.target])
            _ = try TCPConnection.pair(client: Placement(cgroup: other.path))
            let (client, _) = try TCPConnection.pair(client: tuned.placement)
            _ = try TCPConnection.pair(client: Placement(cgroup: other.path))
            let event = try #require(try hear(1, &stream).first)
            #expect(event.kind == .established)
            #expect(event.connection.cookie == (try client.cookie()))
            #expect(try stream.next(within: 100) == nil)
            #expect(throws: TunerError.self) {
                _ = try EventStream(tuned.tuner, of: [.cgroup("no/such/cgroup")]).lost()
            }
        }
    }
}
