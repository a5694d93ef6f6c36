import Glibc
import Host
import Profiles
import TestSupport
import Testing
import Tuner

extension HeaderOptionSuites {
    /// What the timers of a connection become by what the other end says.
    @Suite struct TimerTests {
        private static func userTimeout(_ seconds: Int) -> HeaderOption {
            HeaderOption(.userTimeout(seconds))
        }

        /// RFC 5482, section 3.1: the longer of both.
        @Test(arguments: [false, true])
        func bothEndsTakeTheLongerUserTimeout(byCookie: Bool) throws {
            let rig = try HeaderRig()
            if byCookie { try rig.sysctl("net.ipv4.tcp_syncookies=2", in: rig.far) }
            try rig.apply([Self.userTimeout(30)], server: [Self.userTimeout(40_000)])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(3)
            // In minutes above 32767 s.
            #expect(try connection.client.options.userTimeout == 39_960_000)
            #expect(try connection.server.options.userTimeout == 40_000_000)
            for (port, seconds) in [(connection.client.localPort, 30), (listener.port, 39_960)] {
                let sent = try rig.segments(from: port)
                #expect(sent.first?.userTimeout == seconds)
                // Once more, but not on the ACK that the peer waits for.
                let later = sent.beyondTheHandshake.filter { $0.userTimeout != nil }
                #expect(later.map(\.userTimeout) == [seconds])
                #expect(later.first?.sequence == sent.beyondTheHandshake.first?.sequence)
                if port != listener.port { #expect(later.first?.payload == 1) }
            }
        }

        @Test func aTimeoutOfTheApplicationStays() throws {
            let rig = try HeaderRig()
            try rig.apply([Self.userTimeout(30)], server: [Self.userTimeout(60)])
            let listener = try rig.listen { try $0.set(CInt(IPPROTO_TCP), 18, 7000) }
            let connection = try rig.connect(to: listener) {
                try $0.set(CInt(IPPROTO_TCP), 18, 5000)
            }
            try connection.exchange(2)
            #expect(try connection.client.options.userTimeout == 5000)
            #expect(try connection.server.options.userTimeout == 7000)
            #expect(try rig.counts(rig.clientTarget).received(3) > 0)
        }

        /// Who says nothing has its own.
        @Test func withoutAPeerNothingIsSet() throws {
            let rig = try HeaderRig()
            try rig.apply(
                Profile(name: "near", headerOptions: [Self.userTimeout(30)]),
                to: rig.clientTarget)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(2)
            #expect(try connection.client.options.userTimeout == 0)
            #expect(try connection.server.options.userTimeout == 0)
        }

        @Test func acknowledgementDelaysShortenTheTimeout() throws {
            let rig = try HeaderRig()
            try rig.apply(
                [HeaderOption(.delayedACK(maximum: 5000))],
                server: [HeaderOption(.delayedACK(maximum: 40_000))])
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(2)
            let near = try #require(try rig.connection(connection.client))
            let far = try #require(try rig.connection(connection.server))
            let jiffy = UInt32(KernelClock.jiffyMicroseconds())
            func ticks(_ microseconds: UInt32) -> UInt32 {
                (microseconds + jiffy - 1) / jiffy * jiffy
            }
            #expect((5000...ticks(5000)).contains(near.maximumDelayedACK))
            #expect((40_000...ticks(40_000)).contains(far.maximumDelayedACK))
            // The other's delay and a tick.
            #expect(((40_000)...ticks(40_000) + jiffy).contains(near.minimumRTO))
            #expect((5000...ticks(5000) + 2 * jiffy).contains(far.minimumRTO))
        }

        @Test func aMinimumOfTheProfileStays() throws {
            let rig = try HeaderRig()
            var profile = Profile(
                name: "near", headerOptions: [HeaderOption(.delayedACK(maximum: 40_000))])
            profile.socket.minimumRTO = 100_000
            try rig.apply(profile, to: rig.clientTarget)
            try rig.apply(
                Profile(name: "far", headerOptions: profile.headerOptions), to: rig.serverTarget)
            let connection = try rig.connect(to: try rig.listen())
            #expect(try rig.connection(connection.client)?.minimumRTO == 100_000)
            let far = try #require(try rig.connection(connection.server))
            #expect(far.minimumRTO < 100_000)
            // A shorter delay than the one promised, too; a longer one doesn't.
            for (own, agreed) in [(20_000 as UInt32, 20_000), (80_000, 40_000)] {
                profile.socket.maximumDelayedACK = own
                try rig.apply(profile, to: rig.clientTarget)
                let next = try rig.connect(to: try rig.listen())
                let delay = try #require(try rig.connection(next.client)).maximumDelayedACK
                #expect(
                    (agreed...agreed + Int(KernelClock.jiffyMicroseconds())).contains(Int(delay)))
            }
        }
    }
}
