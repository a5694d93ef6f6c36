import BPF
import CTcptuneABI
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// What a listener is told of header options.
    @Suite struct HeaderEventTests {
        private func profile(_ name: String, _ options: HeaderOption...) -> Profile {
            var profile = Profile(name: name)
            profile.headerOptions = options
            return profile
        }

        private func hear(_ count: Int, _ stream: inout EventStream) throws -> [Event] {
            var events: [Event] = []
            while events.count < count, let event = try stream.next(within: 5000) {
                events.append(event)
            }
            return events
        }

        private let options = [
            HeaderOption(.telemetry(every: .roundTrip)),
            HeaderOption(.identity(workload: true, profile: true)),
        ]

        /// Another build may have pinned them.
        @Test func peersOfAnotherSizeAreRefused() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(profile("test", options[0]))
            let maps = tuned.tuner.layout.maps
            let pins = try PinDirectory(at: maps)
            try pins.rename("peers", to: "kept")
            let small = try Map(
                .init(type: .hash, keySize: 16, valueSize: 8, maxEntries: 1, name: "peers"))
            try small.update(tt_peer_key(), to: UInt64(1))
            try small.pin(at: maps.appending("peers"))
            #expect(throws: TunerError.self) {
                try Telemetry(tuned.tuner).peers(of: tuned.tuner.attachments())
            }
            try pins.rename("kept", to: "peers")
        }

        @Test func tellsBothEndsWhatWasNegotiatedAndWithWhom() throws {
            let tuned = try TunedCgroup()
            let other = try TemporaryCgroup()
            try tuned.apply(profile("client-side", options[0], options[1]))
            try tuned.tuner.apply(
                profile("server-side", options[1]), to: [.cgroup(other.path.string)])
            var stream = try EventStream(tuned.tuner)
            let (client, server) = try TCPConnection.pair(
                client: tuned.placement, server: Placement(cgroup: other.path))
            let events = try hear(6, &stream)
            for (end, isClient) in [(client, true), (server, false)] {
                let cookie = try end.cookie()
                let own = events.filter { $0.connection.cookie == cookie }
                #expect(own.map(\.kind) == [.opened, .headerNegotiated, .established])
                let negotiated = try #require(own.dropFirst().first)
                // The other end has no telemetry.
                #expect(negotiated.headerOptions == [1])
                let identity = try #require(own.last?.connection.peer?.identity)
                #expect(
                    identity.profile
                        == HeaderOption.identity(of: isClient ? "server-side" : "client-side"))
                let peer = isClient ? other.cgroup.name : tuned.cgroup.cgroup.name
                #expect(identity.workload == HeaderOption.identity(of: peer))
                #expect(own.first?.connection.peer == nil)
            }
        }

        @Test func tellsThatNobodyAnswers() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(profile("lonely", options[1]))
            var stream = try EventStream(
                tuned.tuner, kinds: Set(Event.Kind.allCases.filter(\.isAboutHeaders)))
            let (client, _) = try TCPConnection.pair(client: tuned.placement)
            let event = try #require(try hear(1, &stream).first)
            #expect(event.kind == .headerUnanswered)
            #expect(event.headerOptions == [1])
            #expect(event.connection.cookie == (try client.cookie()))
            #expect(event.connection.peer == nil)
            #expect(event.ending == nil)
        }

        @Test func tellsOfRawOptionsByTheirPlace() throws {
            let tuned = try TunedCgroup()
            func raw(_ exid: UInt16) -> HeaderOption {
                HeaderOption(
                    .raw(
                        id: .exid(exid), value: [1], on: [.syn, .synack], every: .roundTrip))
            }
            try tuned.apply(profile("raws", raw(0xabcd), raw(0xabce)))
            var stream = try EventStream(tuned.tuner, kinds: [.headerNegotiated])
            _ = try TCPConnection.pair(client: tuned.placement, server: tuned.placement)
            #expect(try hear(2, &stream).map(\.headerOptions) == [[4, 5], [4, 5]])
        }
    }
}
