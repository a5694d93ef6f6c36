import Emulator
import Glibc
import LinkModel
import Profiles
import Telemetry
import TestSupport
import Testing
import Tuner

extension HeaderOptionSuites {
    /// What SYN and SYN-ACK offer, and what both ends make of it.
    @Suite struct HandshakeTests {
        private static let all: [HeaderOption] = [
            .telemetry, .identity, HeaderOption(.delayedACK(maximum: 5000)),
        ]

        @Test(arguments: [false, true], [false, true])
        func bothEndsSayWhoTheyAre(ipv6: Bool, listensBefore: Bool) throws {
            let rig = try HeaderRig()
            try rig.requireListeners(before: listensBefore)
            let before = listensBefore ? try rig.listen(ipv6: ipv6) : nil
            try rig.apply(Self.all)
            let listener = try before ?? rig.listen(ipv6: ipv6)
            let connection = try rig.connect(to: listener)
            try connection.exchange(3)

            let port = connection.client.localPort
            let syn = try #require(try rig.segments(from: port).first)
            let synack = try #require(try rig.segments(from: listener.port).first)
            let near = HelloOption(
                telemetry: true, maximumACKDelay: 50,
                identity: .init(
                    workload: HeaderOption.identity(of: rig.client.cgroup.name),
                    profile: HeaderOption.identity(of: "near")))
            var far = near
            far.identity = .init(
                workload: HeaderOption.identity(of: rig.server.cgroup.name),
                profile: HeaderOption.identity(of: "far"))
            #expect(syn.headerOptions == [.hello(near)])
            #expect(synack.headerOptions == [.hello(far)])
            for (socket, peer) in [(connection.client, far), (connection.server, near)] {
                let seen = try #require(try rig.connection(socket))
                #expect(seen.peer?.identity.workload == peer.identity?.workload)
                #expect(seen.peer?.identity.profile == peer.identity?.profile)
                #expect(seen.peer?.heardAt != nil)
                #expect(seen.negotiatedHeaderOptions.contains(0))
            }
            #expect(
                try rig.segments(from: port).beyondTheHandshake.contains { $0.telemetry != nil })
            #expect(
                try rig.segments(from: listener.port).beyondTheHandshake
                    .contains { $0.telemetry != nil })
            for target in [rig.clientTarget, rig.serverTarget] {
                let counts = try rig.counts(target)
                #expect(counts.negotiated == 1)
                #expect(counts.malformed == 0)
            }
        }

        @Test func aPeerThatIsNotTunedHearsNothingMore() throws {
            let rig = try HeaderRig()
            try rig.apply(Profile(name: "near", headerOptions: Self.all), to: rig.clientTarget)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(5)
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.first?.hello != nil)
            #expect(sent.dropFirst().allSatisfy { $0.headerOptions.isEmpty })
            #expect(
                try rig.segments(from: listener.port).allSatisfy { $0.headerOptions.isEmpty })
            let counts = try rig.counts(rig.clientTarget)
            #expect(counts.offered == 1)
            #expect(counts.unanswered == 1)
            #expect(counts.negotiated == 0)
        }

        @Test func aPeerWhosePrefixesLeaveUsOutAnswersNothing() throws {
            let rig = try HeaderRig()
            let other = try IPPrefix("10.78.0.0/16")
            try rig.apply(
                Self.all, server: Self.all.map { HeaderOption($0.kind, peers: [other]) })
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(5)
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.first?.hello != nil)
            #expect(sent.dropFirst().allSatisfy { $0.headerOptions.isEmpty })
            #expect(
                try rig.segments(from: listener.port).allSatisfy { $0.headerOptions.isEmpty })
            #expect(try rig.counts(rig.clientTarget).unanswered == 1)
            #expect(try rig.counts(rig.serverTarget).negotiated == 0)
        }

        /// Prefixes of one option only: the hello goes without it.
        @Test func anOptionGoesToItsPrefixesOnly() throws {
            let rig = try HeaderRig()
            let other = try IPPrefix("10.78.0.0/16")
            let here = try IPPrefix("10.77.0.0/16")
            try rig.apply([
                HeaderOption(.telemetry(every: .roundTrip), peers: [here]),
                HeaderOption(.identity(workload: true, profile: true), peers: [other]),
            ])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(3)
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.first?.headerOptions == [.hello(HelloOption(telemetry: true))])
            #expect(sent.contains { $0.telemetry != nil })
        }

        @Test(arguments: [false, true])
        func aSYNCookieAsksForTheHelloAgain(ipv6: Bool) throws {
            let rig = try HeaderRig()
            try rig.sysctl("net.ipv4.tcp_syncookies=2", in: rig.far)
            try rig.apply(Self.all)
            let listener = try rig.listen(ipv6: ipv6)
            let connection = try rig.connect(to: listener)
            try connection.exchange(5)
            let synack = try #require(try rig.segments(from: listener.port).first)
            #expect(synack.hello?.isByCookie == true)
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.dropFirst().first?.hello?.identity != nil)
            #expect(sent.beyondTheHandshake.filter { $0.hello != nil }.count <= 4)
            let seen = try #require(try rig.connection(connection.server)?.peer)
            #expect(
                seen.identity.workload == HeaderOption.identity(of: rig.client.cgroup.name))
            #expect(seen.heardAt != nil)
            #expect(try rig.connection(connection.client)?.peer?.heardAt != nil)
            #expect(try rig.counts(rig.serverTarget).negotiated == 1)
        }

        /// The second connection's SYN has a cookie and data, and no room for all of the hello.
        @Test(arguments: [false, true])
        func fastOpenTakesTheRoom(ipv6: Bool) throws {
            let rig = try HeaderRig()
            for end in [rig.near, rig.far] {
                try rig.sysctl("net.ipv4.tcp_fastopen=3", in: end)
            }
            try rig.apply(Self.all)
            let listener = try rig.listen(ipv6: ipv6) {
                try $0.set(CInt(IPPROTO_TCP), 23, 16)  // TCP_FASTOPEN
            }
            func open() throws -> HeaderConnection {
                let client = try TCPConnection.connect(
                    rig.clientPlacement, to: listener.address, port: listener.port
                ) {
                    try $0.set(CInt(IPPROTO_TCP), 1, 1)
                    try $0.set(CInt(IPPROTO_TCP), 30, 1)  // TCP_FASTOPEN_CONNECT
                }
                try client.send(Array("hello".utf8))
                let server = try listener.accept()
                var received: [UInt8] = []
                while received.count < 5 { received += try server.receive(5) }
                #expect(received == Array("hello".utf8))
                let connection = HeaderConnection(client: client, server: server)
                try connection.settle()
                return connection
            }
            let first = try open()
            try first.exchange(2)
            let second = try open()
            try second.exchange(4)
            let sent = try rig.segments(from: second.client.localPort)
            let syn = try #require(sent.first)
            #expect(syn.payload == 5)
            let short = HelloOption(telemetry: true, maximumACKDelay: 50)
            #expect(syn.headerOptions == [.hello(short)])
            let synack = try rig.segments(from: listener.port).last { $0.flags.contains(.syn) }
            #expect(synack?.destinationPort == second.client.localPort)
            #expect(synack?.hello?.identity != nil)
            #expect(sent.beyondTheHandshake.contains { $0.hello?.identity != nil })
            let seen = try #require(try rig.connection(second.server)?.peer)
            #expect(
                seen.identity.workload == HeaderOption.identity(of: rig.client.cgroup.name))
            #expect(seen.heardAt != nil)
            #expect(try rig.connection(second.client)?.peer?.heardAt != nil)
            let counts = try rig.counts(rig.clientTarget)
            #expect(counts.skipped(1) == 1)
            #expect(counts.negotiated == 2)
            #expect(try rig.counts(rig.serverTarget).negotiated == 2)
            // Each under its name, none under nobody's.
            let peers = try Telemetry(rig.tuner).peers(
                of: try rig.tuner.attachments(of: [rig.serverTarget]))[0]
            #expect(peers.filter { !$0.identity.isRest }.map(\.connections) == [2])
        }

        @Test func withoutStatistics() throws {
            let rig = try HeaderRig()
            var profile = Profile(name: "quiet", headerOptions: Self.all)
            profile.statistics = StatisticsSettings(enabled: false)
            try rig.apply(profile, to: rig.clientTarget)
            try rig.apply(profile, to: rig.serverTarget)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            for socket in [connection.client, connection.server] {
                #expect(try rig.connection(socket)?.peer?.heardAt != nil)
            }
            try connection.client.shutdownWrite()
            _ = try connection.server.receiveAll()
            try connection.server.finish()
            _ = try connection.client.receiveAll()
            let statistics = try Telemetry(rig.tuner).statistics(of: try rig.tuner.attachments())
            #expect(statistics.map(\.open) == [0, 0])
        }

        /// The SYN's answer comes after the SYN has gone again without options.
        @Test func aLateAnswerCounts() throws {
            let rig = try HeaderRig()
            let half = DirectionSpec(rate: .unlimited, delay: 600_000_000)
            let network = try EmulatedNetwork(link: LinkSpec(down: half, up: half), seed: 1)
            try network.start()
            let (left, right) = (network.left[0], network.right[0])
            try rig.apply(Self.all)
            let listener = try TCPServer(
                rig.server.placement(namespace: right.namespace.path), address: right.ipv4)
            let client = try TCPConnection.connect(
                rig.client.placement(namespace: left.namespace.path), to: right.ipv4,
                port: listener.port)
            let server = try listener.accept()
            defer {
                try? client.abort()
                try? server.abort()
            }
            try client.send([1])
            _ = try server.receive(1)
            try server.send([2])
            _ = try client.receive(1)
            try client.send([3])
            _ = try server.receive(1)
            #expect(try rig.counts(rig.clientTarget).fallbacks == 1)
            #expect(try rig.counts(rig.clientTarget).negotiated == 1)
            // Who gets telemetry knows that its own answer has been heard.
            let seen = try #require(try rig.connection(server))
            #expect(seen.peer?.heardAt != nil)
            #expect(seen.negotiatedHeaderOptions.contains(0))
            #expect(try rig.connection(client)?.negotiatedHeaderOptions.contains(0) == true)
        }

        /// A socket that connects to itself: both SYNs cross.
        @Test func aSimultaneousOpenIsAConnection() throws {
            let rig = try HeaderRig()
            try rig.apply(Self.all)
            let free = try TCPServer(rig.clientPlacement, address: rig.near.ipv4).port
            let connection = try TCPConnection.connect(
                rig.clientPlacement, to: rig.near.ipv4, port: free
            ) { try $0.bind(rig.near.ipv4, port: free) }
            try connection.send([7])
            #expect(try connection.receive(1) == [7])
            let statistics = try Telemetry(rig.tuner).statistics(
                of: try rig.tuner.attachments(of: [rig.clientTarget]))[0]
            #expect(statistics.open == 1)
        }
    }
}
