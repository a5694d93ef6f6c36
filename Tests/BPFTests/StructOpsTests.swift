import Host
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct StructOpsTests {
        init() throws { try KernelTest.require() }

        /// The fixture registered under a name of its own.
        private func register(as name: String = "tt_fixture") throws -> StructOps {
            var object = try Object(BPFPrograms.controller, renaming: ["fixture": name])
            try object.load()
            return try object.register(structOps: "fixture")
        }

        private func isAvailable(_ name: String) throws -> Bool {
            try Kernel().availableCongestionControls().contains(name)
        }

        /// A connection whose both ends use the controller.
        private func connect(
            using name: String
        ) throws -> (client: TCPConnection, server: TCPConnection) {
            let pair = try TCPConnection.pair()
            try pair.client.options.setCongestionControl(name)
            try pair.server.options.setCongestionControl(name)
            return pair
        }

        @Test func declaresWhatItRegisters() throws {
            let object = try Object(BPFPrograms.controller, renaming: ["other": "fifteen_letters"])
            #expect(object.structOps.map(\.map) == ["fixture", "other"])
            #expect(object.structOps.map(\.name) == ["tt_fixture", "fifteen_letters"])
            #expect(object.structOps.allSatisfy { $0.structure == "tcp_congestion_ops" })
        }

        @Test func refusesNamesThatDontFit() throws {
            for (map, name) in [
                ("fixture", ""), ("fixture", "sixteen_letters_"), ("nothing", "name"),
            ] {
                #expect(throws: BPFError.self) {
                    _ = try Object(BPFPrograms.controller, renaming: [map: name])
                }
            }
        }

        @Test func probesDontLie() throws {
            #expect(try StructOps.isSupported())
            let links = try #require(KernelRelease("6.4"))
            #expect(try StructOps.linksSupported() == (Kernel().release() >= links))
        }

        @Test func aLinkRegistersUnderTheNewName() throws {
            let registered = try register(as: "tt_renamed")
            #expect(try isAvailable("tt_renamed"))
            #expect(try !isAvailable("tt_fixture"))
            let hasLink =
                try registered.link?.info().kind == .structOps(mapID: registered.map.info.id)
            #expect(try hasLink == StructOps.linksSupported())

            let pair = try connect(using: "tt_renamed")
            try pair.client.send(Array(repeating: 1, count: 100_000))
            #expect(try pair.server.receive().count > 0)
            #expect(try pair.client.options.congestionControl == "tt_renamed")
            try registered.unregister()
        }

        @Test func aTakenNameIsRefused() throws {
            let first = try register()
            let error = #expect(throws: BPFError.self) { _ = try self.register() }
            #expect(error?.code == .exists)
            try first.unregister()
            try register().unregister()
        }

        @Test func countsTheSocketsThatHaveIt() throws {
            let registered = try register()
            #expect(try registered.socketsInUse() == 0)
            let pair = try connect(using: "tt_fixture")
            #expect(try registered.socketsInUse() == 2)

            // Other descriptors and pins aren't sockets.
            let map = try Map(id: registered.map.info.id)
            let pins = try TemporaryPins("bpf-structops-tests")
            try registered.map.pin(at: pins.path("map"))
            #expect(try registered.socketsInUse() == 2)

            try pair.client.options.setCongestionControl("reno")
            #expect(try registered.socketsInUse() == 1)
            #expect(map.info.type == .structOps)
            try registered.unregister()
        }

        @Test func pinsKeepItRegistered() throws {
            let pins = try TemporaryPins("bpf-structops-tests")
            func register() throws {
                var object = try Object(BPFPrograms.controller)
                try object.load()
                _ = try object.register(
                    structOps: "fixture", pinnedMap: pins.path("map"), pinnedLink: pins.path("link")
                )
            }
            try register()
            #expect(try isAvailable("tt_fixture"))
            let taken = #expect(throws: BPFError.self) { try register() }
            #expect(taken?.code == .exists)

            let found = try unwrap(
                StructOps.open(pinnedMap: pins.path("map"), pinnedLink: pins.path("link")))
            _ = try pins.directory.unlink("link")
            _ = try pins.directory.unlink("map")
            try found.unregister()
            #expect(try !isAvailable("tt_fixture"))
            let isGone = isNil(
                try StructOps.open(pinnedMap: pins.path("map"), pinnedLink: pins.path("link")))
            #expect(isGone)
        }

        @Test func anotherMapIsNoRegistration() throws {
            let pins = try TemporaryPins("bpf-structops-tests")
            let map = try Map(
                .init(type: .array, keySize: 4, valueSize: 4, maxEntries: 1, name: "tt_test"))
            try map.pin(at: pins.path("map"))
            let error = #expect(throws: BPFError.self) {
                _ = try StructOps.open(pinnedMap: pins.path("map"), pinnedLink: pins.path("link"))
            }
            #expect(error?.code == .badFormat)
        }

        @Test func socketsKeepAnUnregisteredController() throws {
            let registered = try register()
            let pair = try connect(using: "tt_fixture")
            try registered.unregister()
            #expect(try !isAvailable("tt_fixture"))
            try pair.client.send(Array(repeating: 1, count: 10_000))
            #expect(try pair.server.receive().count > 0)
            #expect(try pair.client.options.congestionControl == "tt_fixture")
        }

        @Test func anotherVersionReplacesItUnderTheSameName() throws {
            try KernelTest.require("struct_ops links", isPresent: StructOps.linksSupported())
            let registered = try register()
            var next = try Object(BPFPrograms.controller)
            try next.set(knob: "floor_segments", to: 7)
            try next.load()
            // Filled, not registered: its name is taken.
            let taken = #expect(throws: BPFError.self) {
                _ = try next.register(structOps: "fixture")
            }
            #expect(taken?.code == .exists)
            switch registered.link {
            case .some(let link): try link.update(map: next.map(named: "fixture"))
            case .none: Issue.record("no link")
            }
            let pair = try connect(using: "tt_fixture")
            try pair.client.send(Array(repeating: 1, count: 1_000_000))
            try pair.client.shutdownWrite()
            #expect(try pair.server.receiveAll() == 1_000_000)
            #expect(try pair.client.info().sndCwnd == 7)
        }
    }
}
