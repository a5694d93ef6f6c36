import Host
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// Every option of the profile format, read back from real sockets, of both ends.
    @Suite struct SocketOptionTests {
        /// Applies, connects inside the cgroup, and looks at the end that connected and the one
        /// that accepted.
        private func check(
            _ address: String = "127.0.0.1", _ socket: (inout SocketSettings) -> Void,
            _ look: (TunedCgroup, TCPConnection) throws -> Void
        ) throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(socket: socket))
            let (client, server) = try TCPConnection.pair(
                client: tuned.placement, server: tuned.placement, address: address)
            try look(tuned, client)
            try look(tuned, server)
            #expect(try tuned.statistics().failures == [])
        }

        @Test func initialCongestionWindow() throws {
            try check {
                $0.initialCongestionWindow = 23
            } _: { (_, socket) throws in
                #expect(try socket.info().sndCwnd == 23)
            }
        }

        @Test func congestionWindowClamp() throws {
            try check {
                $0.congestionWindowClamp = 17
            } _: { (tuned, socket) throws in
                #expect(try tuned.connection(socket)?.congestionWindowClamp == 17)
            }
        }

        @Test func initialReceiveWindow() throws {
            let tuned = try TunedCgroup()
            let pair = try NetworkPair()
            let there = Placement(cgroup: tuned.cgroup.path, namespace: pair.b.path)
            let server = try TCPServer(there, address: pair.b.ipv4)
            try tuned.apply(Profile { $0.initialReceiveWindow = 4 })
            let client = try TCPConnection.connect(
                Placement(cgroup: tuned.cgroup.path, namespace: pair.a.path), to: pair.b.ipv4,
                port: server.port)
            let accepted = try server.accept()
            // What each may send to the other: four segments, rounded to the window's scale;
            // without the option it is 64 KiB.
            for socket in [client, accepted] {
                let window = try socket.info().sndWnd
                #expect((4 * 1448 - 1024...4 * 1460 + 2048).contains(Int(window)))
            }
        }

        @Test func timers() throws {
            try check {
                $0.minimumRTO = 40_000
                $0.maximumDelayedACK = 20_000
            } _: { (tuned, socket) throws in
                // Each round trip brings the timeout closer to it.
                let shortened = try eventually {
                    try socket.send([1])
                    return try socket.info().rto < 100_000
                }
                #expect(shortened)
                let connection = try #require(try tuned.connection(socket))
                #expect(connection.minimumRTO == 40_000)
                #expect(connection.maximumDelayedACK == 20_000)
            }
        }

        @Test func maximumPacingRate() throws {
            try check {
                $0.maximumPacingRate = 25_000_000
            } _: { (_, socket) throws in
                #expect(try socket.options.maximumPacingRate == 25_000_000)
            }
        }

        @Test func buffers() throws {
            try check {
                $0.sendBuffer = 100_000
                $0.receiveBuffer = 120_000
            } _: { (_, socket) throws in
                #expect(try socket.options.sendBuffer == 200_000)
                #expect(try socket.options.receiveBuffer == 240_000)
            }
        }

        @Test func watermarkTimeoutAndClamp() throws {
            try check {
                $0.notSentLowWatermark = 131_072
                $0.userTimeout = 30_000
                $0.windowClamp = 30_000
                $0.noDelay = true
            } _: { (_, socket) throws in
                #expect(try socket.options.notSentLowWatermark == 131_072)
                #expect(try socket.options.userTimeout == 30_000)
                #expect(try socket.options.windowClamp == 30_000)
                #expect(try socket.options.noDelay)
            }
        }

        @Test func keepalive() throws {
            try check {
                $0.keepalive.idle = 61
                $0.keepalive.interval = 11
                $0.keepalive.count = 4
            } _: { (_, socket) throws in
                #expect(try socket.options.keepAlive)
                #expect(try socket.options.keepIdle == 61)
                #expect(try socket.options.keepInterval == 11)
                #expect(try socket.options.keepCount == 4)
            }
        }

        @Test func synRetries() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile { $0.synRetries = 3 })
            let (client, _) = try TCPConnection.pair(client: tuned.placement)
            #expect(try client.options.synRetries == 3)
        }

        @Test func dscp() throws {
            try check {
                $0.dscp = 10
            } _: { (_, socket) throws in
                #expect(try socket.options.tos >> 2 == 10)
            }
            try check("::1") {
                $0.dscp = 12
            } _: { (_, socket) throws in
                #expect(try socket.options.trafficClass >> 2 == 12)
            }
        }

        @Test func dscpOfMappedAddresses() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile { $0.dscp = 10 })
            let server = try TCPServer(tuned.placement, address: "::")
            let client = try TCPConnection.connect(
                tuned.placement, to: "::ffff:127.0.0.1", port: server.port)
            let accepted = try server.accept()
            #expect(try client.options.tos >> 2 == 10)
            #expect(try accepted.options.tos >> 2 == 10)
            #expect(try tuned.statistics().failures == [])
        }

        @Test func ecn() throws {
            let negotiated: UInt8 = 8  // TCPI_OPT_ECN
            let tuned = try TunedCgroup()
            let pair = try NetworkPair()
            func connect() throws -> TCPConnection {
                let here = Placement(cgroup: tuned.cgroup.path, namespace: pair.a.path)
                let there = Placement(cgroup: tuned.cgroup.path, namespace: pair.b.path)
                let server = try TCPServer(there, address: pair.b.ipv4)
                return try TCPConnection.connect(here, to: pair.b.ipv4, port: server.port)
            }
            #expect(try connect().info().options & negotiated == 0)
            try tuned.apply(Profile { $0.ecn = true })
            #expect(try connect().info().options & negotiated != 0)
        }

        @Test func aTimerBelowTheKernelsClockIsRefused() throws {
            let tuned = try TunedCgroup()
            #expect {
                try tuned.apply(Profile { $0.minimumRTO = 1000 })
            } throws: { ($0 as? TunerError)?.code == .invalidProfile }
            #expect(try tuned.tuner.attachments().isEmpty)
        }
    }
}
