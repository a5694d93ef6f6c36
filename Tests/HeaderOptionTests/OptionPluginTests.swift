import HeaderOptions
import Profiles
import Telemetry
import TestSupport
import Testing
import Tuner

extension HeaderOptionSuites {
    /// Plug-ins' header options between two hosts.
    @Suite struct OptionPluginTests {
        private let folder: OptionPluginFolder
        private let rig: HeaderRig

        init() throws {
            folder = try OptionPluginFolder()
            rig = try HeaderRig()
        }

        @Test(arguments: [false, true])
        func aNewOneCarriesItsBytes(ipv6: Bool) throws {
            try folder.scaffold("mine")
            let plugin = try OptionPlugin(at: folder.path.appending("mine"))
            try plugin.tryLoading()
            let exid = plugin.manifest.exid
            try folder.apply([.plugin("mine", every: .everySegment)], to: rig)
            let listener = try rig.listen(ipv6: ipv6)
            let connection = try rig.connect(to: listener)
            try connection.exchange(5)
            for (from, receiver) in [
                (connection.client.localPort, connection.server),
                (listener.port, connection.client),
            ] {
                let segments = try rig.segments(from: from)
                // Without a value, in the handshake: do you know it?
                #expect(segments.synchronizing.values(exid) == [[]])
                let values = segments.beyondTheHandshake.values(exid)
                #expect(!values.isEmpty && values.allSatisfy { $0.count == 4 })
                let last = try #require(values.last).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                #expect(try folder.said(to: receiver) == ["mine": last])
            }
            // More than the window: what waits is told.
            try connection.client.send([UInt8](repeating: 1, count: 200_000))
            _ = try connection.server.receive(200_000)
            let told = try rig.segments(from: connection.client.localPort).values(exid)
            #expect(told.contains { $0.contains { $0 > 1 } })
        }

        @Test func severalInOneProfile() throws {
            try folder.add("one", exid: 0xB001, saying: [1])
            try folder.add("two", exid: 0xB002, saying: [2, 2])
            try folder.add("three", exid: 0xB003, saying: [3, 3, 3])
            try folder.apply(["one", "two", "three"].map { .plugin($0) }, to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            for socket in [connection.client, connection.server] {
                #expect(
                    try folder.said(to: socket) == ["one": 1, "two": 0x0202, "three": 0x030303])
            }
        }

        @Test func besideTelemetryAndRaw() throws {
            try folder.add("mine", saying: [9, 8, 7, 6])
            try folder.apply(
                [
                    .raw(0xB007, [], on: [.syn, .synack]), .telemetry, .plugin("mine"),
                ], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            let segments = try rig.segments(from: connection.client.localPort)
            #expect(segments.synchronizing.values(0xB007) == [[]])
            let both = segments.beyondTheHandshake.filter { $0.telemetry != nil }
            #expect(both.values(0xB001).contains([9, 8, 7, 6]))
            #expect(try folder.said(to: connection.server) == ["mine": 0x0908_0706])
            #expect(try rig.connection(connection.server)?.peer?.heardAt != nil)
            let counts = try rig.counts(rig.clientTarget)
            #expect(counts.malformed == 0)
            // The second of the raw ones.
            #expect(counts.sent(5) > 0 && counts.received(5) > 0)
        }

        @Test func inTheHandshake() throws {
            try folder.add("mine", saying: [4, 2])
            try folder.apply([.plugin("mine", on: [.syn, .synack])], to: rig)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            for (from, socket) in [
                (connection.client.localPort, connection.server),
                (listener.port, connection.client),
            ] {
                let segments = try rig.segments(from: from)
                #expect(segments.synchronizing.values(0xB001) == [[4, 2]])
                #expect(try folder.said(to: socket) == ["mine": 0x0402])
            }
            try connection.exchange(2)
            let later = try rig.segments(from: connection.client.localPort).beyondTheHandshake
            #expect(later.values(0xB001).isEmpty)
        }

        /// Also beside one that leaves some of its room.
        @Test func othersThanThePeersDontHearIt() throws {
            try folder.add("mine", saying: [4, 2])
            try folder.add("short", exid: 0xB002, length: 8, write: "return 1;")
            let everywhere: Set<HeaderOption.Segment> = [.syn, .synack, .data]
            try folder.tuner.apply(
                Profile(
                    name: "asks",
                    headerOptions: [.plugin("mine", on: everywhere), .plugin("short", on: [.data])]),
                to: [rig.clientTarget])
            let other = try IPPrefix("10.99.0.0/16")
            try folder.tuner.apply(
                Profile(
                    name: "doesn't answer",
                    headerOptions: [
                        .plugin("short", on: [.synack, .data]),
                        HeaderOption(
                            .plugin(name: "mine", on: everywhere, every: .roundTrip),
                            peers: [other]),
                    ]), to: [rig.serverTarget])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(3)
            let asked = try rig.segments(from: connection.client.localPort)
            #expect(asked.synchronizing.values(0xB001) == [[4, 2]])
            #expect(asked.beyondTheHandshake.values(0xB001).isEmpty)
            let answers = try rig.segments(from: listener.port)
            #expect(answers.synchronizing.values(0xB002) == [[0]])
            #expect(answers.values(0xB001).isEmpty)
            #expect(try folder.said(to: connection.server)?["mine"] == nil)
        }

        @Test func theInnermostCgroupsIsTheOneThatSpeaks() throws {
            try folder.add("inner", exid: 0xB001, saying: [1])
            try folder.add("outer", exid: 0xB002, saying: [2])
            let everywhere: Set<HeaderOption.Segment> = [.syn, .synack, .data]
            let both = ["inner", "outer"].map { HeaderOption.plugin($0, on: everywhere) }
            let inner = try rig.server.child("inner")
            for (options, target) in [
                (both, rig.clientTarget), ([both[1]], rig.serverTarget),
                ([both[0]], .cgroup(inner.path.string)),
            ] {
                try folder.tuner.apply(
                    Profile(name: "nested", headerOptions: options), to: [target])
            }
            let listener = try TCPServer(
                inner.placement(namespace: rig.far.path), address: rig.far.ipv4)
            let connection = try rig.connect(to: listener)
            try connection.exchange(3)
            let answers = try rig.segments(from: listener.port)
            #expect(answers.synchronizing.values(0xB001) == [[1]])
            #expect(answers.values(0xB002).isEmpty)
            #expect(try folder.said(to: connection.server) == ["inner": 1])
            #expect(try folder.said(to: connection.client) == ["inner": 1])
        }

        @Test func oneThatHasNothingToSaySendsNothing() throws {
            try folder.add("mine", length: 4, write: "return 0;")
            try folder.add("vain", exid: 0xB002, length: 4, write: "return 5;")
            try folder.apply([.plugin("mine"), .plugin("vain")], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            let segments = try rig.segments(from: connection.client.localPort).beyondTheHandshake
            #expect(segments.values(0xB001).isEmpty && segments.values(0xB002).isEmpty)
            #expect(try folder.said(to: connection.server) == [:])
        }

        @Test func whatItDoesntKeepIsntShown() throws {
            try folder.add("mine", length: 4, write: "return 4;", parse: "return 0;")
            try folder.apply([.plugin("mine")], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            let segments = try rig.segments(from: connection.client.localPort)
            #expect(segments.values(0xB001).contains([0, 0, 0, 0]))
            #expect(try folder.said(to: connection.server) == [:])
        }

        @Test func aValueAsLongAsThereIsRoomFor() throws {
            try folder.add(
                "long", length: 24, write: "value[0] = 1; value[23] = 9; return tp ? 24 : 0;",
                parse: "said[0] = 7; return length == 24 ? tcptune_keep(said, value, length) : 0;")
            try folder.apply([.plugin("long")], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            let segments = try rig.segments(from: connection.client.localPort)
            let value: [UInt8] = [1] + [UInt8](repeating: 0, count: 22) + [9]
            #expect(segments.beyondTheHandshake.values(0xB001).contains(value))
            #expect(try folder.said(to: connection.server) == ["long": 1 << 56])
        }

        @Test func whatIsRefusedLeavesWhatWasKept() throws {
            // The other end says 1, then 2, which isn't taken, though it was written down.
            try folder.add(
                "mine", length: 1, write: "value[0] = tp && tp->segs_in > 6 ? 2 : 1; return 1;",
                parse: "said[0] = value[0]; return value[0] == 1;")
            try folder.apply([.plugin("mine", every: .everySegment)], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(8)
            let segments = try rig.segments(from: connection.client.localPort).beyondTheHandshake
            #expect(segments.values(0xB001).suffix(1) == [[2]])
            #expect(segments.values(0xB001).contains([1]))
            #expect(try folder.said(to: connection.server) == ["mine": 1])
        }
    }
}
