import Glibc
import Profiles
import Telemetry
import TestSupport
import Testing
import Tuner

extension HeaderOptionSuites {
    /// What becomes of header options when profiles change, and in nested cgroups.
    @Suite struct LifecycleTests {
        private static let saveSYN: CInt = 27

        private func savesSYN(_ options: TCPOptions) throws -> Bool {
            try options.get(CInt(IPPROTO_TCP), Self.saveSYN) != 0
        }

        @Test func nothingIsSentAfterDetaching() throws {
            let rig = try HeaderRig()
            let mine = try rig.listen()
            let keeps = try rig.listen {
                try $0.set(CInt(IPPROTO_TCP), Self.saveSYN, 1)
            }
            try rig.apply([.telemetry, .identity])
            let listener = try rig.listen()
            #expect(try savesSYN(mine.options))
            #expect(try savesSYN(listener.options))
            let connections = try [mine, keeps, listener].map { try rig.connect(to: $0) }
            let reachesEarlier = try KernelFeature.iteratorCallbacks.isPresent()
            for (connection, answers) in zip(connections, [reachesEarlier, reachesEarlier, true]) {
                try connection.exchange(3)
                let peer = try rig.connection(connection.server)?.peer
                #expect((peer?.heardAt != nil) == answers)
            }
            try rig.tuner.detachAll()
            #expect(try !savesSYN(mine.options))
            #expect(try savesSYN(keeps.options))
            #expect(try !savesSYN(listener.options))
            let before = try rig.allSegments().count
            for connection in connections { try connection.exchange(3) }
            for listener in [mine, keeps, listener] {
                let next = try rig.connect(to: listener)
                try next.exchange(2)
            }
            #expect(
                try rig.allSegments().dropFirst(before).allSatisfy { $0.headerOptions.isEmpty })
        }

        /// The kernel isn't asked for every segment, either.
        @Test func aProfileWithoutThemLowersTheCallback() throws {
            let rig = try HeaderRig()
            let every = HeaderOption(.telemetry(every: .everySegment))
            try rig.apply([every])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            #expect(try rig.segments(from: listener.port).last?.telemetry != nil)
            try rig.apply([])
            let before = try rig.allSegments().count
            try connection.exchange(4)
            #expect(
                try rig.allSegments().dropFirst(before).allSatisfy { $0.headerOptions.isEmpty })
            for (target, socket) in [
                (rig.clientTarget, connection.client), (rig.serverTarget, connection.server),
            ] {
                let runs = try rig.runs(of: target) { try connection.exchange(50) }
                // A round trip each; two callbacks more for each segment would be four.
                #expect(runs < 120)
                #expect(try socket.info().retrans == 0)
            }
            try transferChecked(2_000_000, from: connection.client, to: connection.server)
            #expect(try !savesSYN(listener.options))
        }

        @Test func otherOptionsTakeOver() throws {
            let rig = try HeaderRig()
            let everywhere = Set(HeaderOption.Segment.allCases)
            try rig.apply([
                .telemetry, .raw(0xaaaa, [1], on: everywhere, every: .everySegment),
            ])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            let port = connection.client.localPort
            #expect(try rig.segments(from: port).contains { $0.has(0xaaaa) })
            try rig.apply([.raw(0xbbbb, [2], on: everywhere, every: .everySegment), .telemetry])
            let before = try rig.allSegments().count
            try connection.exchange(4)
            try transferChecked(500_000, from: connection.server, to: connection.client)
            let after = try rig.allSegments().dropFirst(before)
            // Nobody has asked the peer about 0xBBBB; telemetry is the same as before.
            #expect(after.allSatisfy { !$0.has(0xaaaa) && !$0.has(0xbbbb) })
            #expect(after.contains { $0.sourcePort == port && $0.telemetry != nil })
            #expect(try rig.runs(of: rig.clientTarget) { try connection.exchange(50) } < 400)
            let next = try rig.connect(to: listener)
            try next.exchange(2)
            #expect(try rig.segments(from: next.client.localPort).allSatisfy { !$0.has(0xaaaa) })
            #expect(
                try rig.segments(from: next.client.localPort).beyondTheHandshake
                    .contains { $0.has(0xbbbb) })
        }

        @Test(arguments: [false, true])
        func theInnermostSpeaks(listensBefore: Bool) throws {
            let rig = try HeaderRig()
            try rig.requireListeners(before: listensBefore)
            let inner = try rig.server.child("inner")
            let place = inner.placement(namespace: rig.far.path)
            let before = listensBefore ? try TCPServer(place, address: rig.far.ipv4) : nil
            try rig.apply([.telemetry, .identity])
            try rig.apply(
                Profile(name: "inmost", headerOptions: [.telemetry, .identity]),
                to: .cgroup(inner.path.string))
            let listener = try before ?? TCPServer(place, address: rig.far.ipv4)
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            let synack = try #require(try rig.segments(from: listener.port).first)
            let identity = HelloOption.Identity(
                workload: HeaderOption.identity(of: inner.cgroup.name),
                profile: HeaderOption.identity(of: "inmost"))
            #expect(
                synack.headerOptions == [.hello(HelloOption(telemetry: true, identity: identity))])
            // 20 of the kernel's own, 14, and 2 of padding: nothing is reserved twice.
            #expect(synack.options.count == 36)
            #expect(try rig.connection(connection.server)?.peer?.heardAt != nil)
            #expect(try rig.counts(rig.serverTarget).sent(0) == 0)
            #expect(try rig.counts(.cgroup(inner.path.string)).sent(0) > 0)
        }

        /// An inner profile without header options keeps the outer's from its connections, and an
        /// outer one without them leaves the inner's alone.
        @Test(arguments: [false, true])
        func anOuterOrInnerProfileWithoutThem(innerHas: Bool) throws {
            let rig = try HeaderRig()
            let inner = try rig.server.child("inner")
            let options: [HeaderOption] = [.telemetry, .identity]
            try rig.apply(options, server: innerHas ? [] : options)
            try rig.apply(
                Profile(name: "inmost", headerOptions: innerHas ? options : []),
                to: .cgroup(inner.path.string))
            let listener = try TCPServer(
                inner.placement(namespace: rig.far.path), address: rig.far.ipv4)
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            let sent = try rig.segments(from: listener.port)
            #expect(sent.contains { $0.hello != nil } == innerHas)
            #expect(sent.contains { $0.telemetry != nil } == innerHas)
            #expect(try savesSYN(listener.options) == innerHas)
            // And the other way: a connection out of the nested cgroup.
            let plain = try TCPServer(Placement(namespace: rig.near.path), address: rig.near.ipv4)
            let outbound = try TCPConnection.connect(
                inner.placement(namespace: rig.far.path), to: plain.address, port: plain.port)
            let syn = try rig.segments(from: outbound.localPort).first
            #expect((syn?.hello != nil) == innerHas)
        }

        /// When an inner profile goes, its listeners are the outer's.
        @Test(arguments: [false, true])
        func theOuterTakesOver(innerHas: Bool) throws {
            let rig = try HeaderRig()
            try rig.requireListeners(before: !innerHas)
            let inner = try rig.server.child("inner")
            let options: [HeaderOption] = [.telemetry, .identity]
            try rig.apply(options)
            try rig.apply(
                Profile(name: "inmost", headerOptions: innerHas ? options : []),
                to: .cgroup(inner.path.string))
            let listener = try TCPServer(
                inner.placement(namespace: rig.far.path), address: rig.far.ipv4)
            _ = try rig.connect(to: listener)
            try rig.tuner.detach([.cgroup(inner.path.string)])
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            let synack = try rig.segments(from: listener.port).first {
                $0.flags.contains(.syn)
                    && $0.destinationPort == connection.client.localPort
            }
            let outer = HeaderOption.identity(of: "far")
            #expect(synack?.hello?.identity?.profile == outer)
            #expect(try rig.connection(connection.client)?.peer?.identity.profile == outer)
            #expect(try rig.connection(connection.server)?.peer?.heardAt != nil)
            try rig.tuner.detachAll()
            #expect(try !savesSYN(listener.options))
        }

        /// A connection that fails, and another of the same socket.
        @Test func aSocketUsedAgainStartsAfresh() throws {
            let rig = try HeaderRig()
            try rig.apply([.telemetry, .identity])
            let listener = try rig.listen()
            let socket = try rig.connect(to: listener)
            try socket.exchange(2)
            try socket.client.abort()
            try socket.client.reconnect(to: listener.address, port: listener.port)
            let connection = HeaderConnection(
                client: socket.client, server: try listener.accept())
            try connection.exchange(4)
            #expect(try rig.counts(rig.clientTarget).negotiated == 2)
            #expect(try rig.connection(connection.client)?.peer?.heardAt != nil)
            let runs = try rig.runs(of: rig.clientTarget) { try connection.exchange(50) }
            #expect(runs < 300)
        }
    }
}
