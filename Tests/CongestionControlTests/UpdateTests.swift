import BPF
import Glibc
import Host
import Profiles
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Tuner

@testable import CongestionControl

extension KernelSuites {
    /// New versions take the place of old ones.
    @Suite struct UpdateTests {
        private let host: LoadedHost

        init() throws {
            host = try LoadedHost()
            try KernelTest.require("struct_ops links", isPresent: StructOps.linksSupported())
        }

        @Test func newConnectionsGetTheNewVersion() throws {
            try host.folder.add(window: 20)
            let first = try host.load().version
            let old = try host.connect()
            #expect(try host.window(old) == 20)
            try host.folder.add(window: 30)
            let report = try host.load()
            #expect(report.change == .replaced(version: first))
            #expect(report.oldSockets == 1)
            #expect(try host.window(host.connect()) == 30)
            #expect(try host.window(old) == 20)
            #expect(try old.client.options.congestionControl == "ttplug")

            // Back to the first, of which there is one still.
            try host.folder.add(window: 20)
            #expect(try host.load().version == first)
            #expect(try host.window(host.connect()) == 20)
        }

        @Test func openConnectionsAreMovedOnRequest() throws {
            try host.folder.add(window: 20)
            _ = try host.load()
            let old = try host.connect()
            try host.folder.add(window: 30)
            #expect(try host.load(existing: true).moved == 1)
            #expect(try host.window(old) == 30)
            let report = try host.load(existing: true)
            #expect(report.moved == 0)
            #expect(report.oldSockets == 0)
            #expect(try host.registered()?.sockets == 1)
        }

        @Test func connectionsOfAllNamespacesAreMoved() throws {
            let network = try NetworkPair()
            try host.folder.add(window: 20)
            _ = try host.load()
            let listener = try TCPServer(network.b.placement, address: network.b.ipv6)
            let clients = try TCPConnection.connectMany(
                100, network.a.placement, to: network.b.ipv6, port: listener.port
            ) { try $0.setCongestionControl("ttplug") }
            let pairs = try clients.map { (client: $0, server: try listener.accept()) }
            for pair in pairs { try pair.server.options.setCongestionControl("ttplug") }
            try host.folder.add(window: 30)
            #expect(try host.load().oldSockets == 200)
            let report = try host.load(existing: true)
            #expect(report.moved == 200)
            #expect(report.oldSockets == 0)
            for pair in pairs { #expect(try host.window(pair) == 30) }
        }

        /// What a listener's connections inherit is the new version, too.
        @Test func listenersAreMoved() throws {
            try host.folder.add(window: 20)
            _ = try host.load()
            let listener = try TCPServer { try $0.setCongestionControl("ttplug") }
            try host.folder.add(window: 30)
            #expect(try host.load(existing: true).moved == 1)
            let client = try TCPConnection.connect(to: "127.0.0.1", port: listener.port)
            #expect(try host.window((client: listener.accept(), server: client)) == 30)
        }

        @Test func aLiveConnectionSurvivesTwentyUpdates() throws {
            try host.folder.add(window: 20)
            _ = try host.load()
            let pair = try host.connect()
            let bytes = Atomic<Int>(0)
            let isOver = Atomic<Bool>(false)
            let sender = pair.client
            let sending = try Thread {
                let block = [UInt8](repeating: 0x5a, count: 1 << 16)
                while !isOver.load(ordering: .relaxed) {
                    try sender.send(block)
                    bytes.add(block.count, ordering: .relaxed)
                }
                try sender.shutdownWrite()
            }
            let receiver = pair.server
            let received = Atomic<Int>(0)
            let receiving = try Thread {
                while case let count = try receiver.receive(1 << 18).count, count > 0 {
                    received.add(count, ordering: .relaxed)
                }
            }
            for round in 1...20 {
                let before = received.load(ordering: .relaxed)
                try host.folder.add(window: UInt32(20 + round))
                let moves = round % 2 == 0
                let report = try host.load(existing: moves)
                if case .replaced = report.change {} else { Issue.record("\(report.change)") }
                #expect(report.moved == (moves ? 1 : nil))
                #expect(try host.window(host.connect()) == UInt32(20 + round))
                #expect(eventually { received.load(ordering: .relaxed) > before + (1 << 20) })
                let expected = UInt32(20 + round - (moves ? 0 : 1))
                // Of odd rounds the first has the window of the first version.
                #expect(try pair.client.info().sndCwnd == expected)
            }
            isOver.store(true, ordering: .relaxed)
            try sending.join()
            try receiving.join()
            #expect(received.load(ordering: .relaxed) == bytes.load(ordering: .relaxed))
            #expect(try sender.options.congestionControl == "ttplug")
        }

        @Test func nothingOfOldVersionsIsLeft() throws {
            try host.folder.add(window: 20)
            _ = try host.load()
            let maps = try Map.ids().count
            let programs = try Program.ids().count
            func replaceUnderConnections() throws {
                var open: [(client: TCPConnection, server: TCPConnection)] = []
                for window: UInt32 in 21...25 {
                    open.append(try host.connect())
                    try host.folder.add(window: window)
                    _ = try host.load()
                }
                #expect(try host.registered()?.oldSockets == 5)
                #expect(try host.versions("ttplug").count == 6)
            }
            try replaceUnderConnections()
            #expect(
                try eventually {
                    _ = try host.tuner.collectGarbage()
                    return try host.registered()?.oldSockets == 0 && Map.ids().count <= maps
                        && Program.ids().count <= programs
                })
            #expect(try host.versions("ttplug").count == 1)
        }

        @Test func applyUpdatesToo() throws {
            try host.folder.add(window: 20)
            #expect(try host.apply("first").plan.updates == [])
            let old = try host.connect(using: nil)
            try host.folder.add(window: 30)
            let report = try host.apply("first", existing: true)
            #expect(report.plan.updates == ["ttplug"])
            #expect(report.plan.steps.map(\.action) == [.keep])
            #expect(report.adopted?.connections == 1)
            #expect(try host.window(old) == 30)
            #expect(try host.window(host.connect(using: nil)) == 30)
            #expect(try host.registered()?.oldSockets == 0)
        }

        @Test func loadUpdatesWhatProfilesUse() throws {
            try host.folder.add(window: 20)
            try host.apply("first", parameters: ["strict": .integer(1)])
            let old = try host.connect(using: nil)
            #expect(try host.window(old) == 21)
            try host.folder.add(window: 30)
            let report = try host.load(existing: true)
            #expect(report.moved == 1)
            #expect(try host.window(old) == 31)
            #expect(try host.window(host.connect(using: nil)) == 31)
            #expect(Set(try host.tuner.registeredControllers().map(\.version)).count == 1)
        }

        @Test func aVersionThatDoesNotFitReplacesNothing() throws {
            try host.folder.add(window: 20)
            try host.apply("first", parameters: ["strict": .integer(1)])
            _ = try host.load()
            let version = try host.registered()?.version
            let pins = try host.pins()
            for wrong in [BPFPrograms.ttplug_wild, BPFPrograms.ttplug_bare] {
                try host.folder.add("ttplug", wrong.bytes)
                let error = #expect(throws: TunerError.self) { try host.load() }
                #expect(error?.code == .invalidProfile)
                #expect(try host.registered()?.version == version)
                #expect(try host.pins() == pins)
            }
            #expect(try host.window(host.connect()) == 20)
        }
    }
}

extension LoadedHost {
    /// The controller, registered by another tool.
    static func registerElsewhere() throws -> StructOps {
        var object = try Object(BPFPrograms.ttplug)
        try object.load()
        return try object.register(structOps: "ttplug")
    }
}
