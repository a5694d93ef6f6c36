import Host
import Profiles
import SystemPackage
import TestSupport
import Testing
import Tuner

@testable import CongestionControl

extension KernelSuites {
    /// Plug-ins with and without a profile.
    @Suite struct LoadTests {
        private let host: LoadedHost

        init() throws { host = try LoadedHost() }

        private func isAvailable(_ name: String = "ttplug") throws -> Bool {
            try Kernel().availableCongestionControls().contains(name)
        }

        @Test func aLoadedOneStaysUntilItIsUnloaded() throws {
            try host.folder.add("ttplug")
            #expect(try host.load().change == .registered)
            #expect(try host.load().change == .kept)
            _ = try host.tuner.collectGarbage()
            _ = try host.tuner.detachAll()
            #expect(try isAvailable())
            #expect(try host.registered()?.isLoaded == true)
            #expect(try host.window(host.connect()) == 10)

            #expect(try eventually { try host.registered()?.sockets == 0 })
            #expect(try host.tuner.unload("ttplug") == nil)
            #expect(try !isAvailable())
            #expect(try host.pins() == [])
        }

        @Test func oneInUseIsNotUnloaded() throws {
            try host.folder.add("ttplug")
            _ = try host.load()
            let pair = try host.connect()
            let before = try host.pins()
            let error = #expect(throws: TunerError.self) { try host.tuner.unload("ttplug") }
            #expect(error?.code == .inUse)
            #expect(error?.message.contains("1 sockets") ?? false, "\(error?.message ?? "")")
            #expect(try host.pins() == before)
            #expect(try host.registered()?.isLoaded == true)

            #expect(try host.tuner.unload("ttplug", existing: true) == 1)
            #expect(try pair.client.options.congestionControl != "ttplug")
            #expect(try !isAvailable())
            try transfer(1_000_000, from: pair.client, to: pair.server)
        }

        @Test func aProfilesOneIsNotUnloaded() throws {
            try host.folder.add("ttplug")
            try host.apply("first")
            _ = try host.load()
            let error = #expect(throws: TunerError.self) { try host.tuner.unload("ttplug") }
            #expect(error?.code == .inUse)
            #expect(error?.message.contains("profile first") ?? false)
            _ = try host.tuner.detachAll()
            #expect(try isAvailable())
            _ = try host.tuner.unload("ttplug")
            #expect(try !isAvailable())
        }

        @Test func whatIsNotLoadedIsNotUnloaded() throws {
            for name in ["ttplug", "cubic", "../x"] {
                let error = #expect(throws: TunerError.self) { try host.tuner.unload(name) }
                #expect(error?.code == .notLoaded)
            }
            #expect(throws: TunerError.self) { try host.load("cubic") }
        }

        @Test func profilesNameIt() throws {
            try host.folder.add("ttplug")
            try host.apply("first")
            let inner = try host.cgroup.child("inner")
            let report = try host.apply(
                "second", parameters: ["cwnd_segments": .integer(40)], to: inner.path)
            #expect(report.plan.registrations == ["ttplug(cwnd_segments=40)"])
            #expect(try host.window(host.connect(using: nil)) == 10)
            let pair = try TCPConnection.pair(client: Placement(cgroup: inner.path))
            #expect(try host.window(pair) == 40)
            let all = try host.tuner.registeredControllers()
            #expect(all.count == 2)
            #expect(all.allSatisfy { $0.algorithm == "ttplug" && $0.name.utf8.count <= 15 })

            let listing = try Command.check(
                [try TestBinary.path(), "cc", "list", "--plugin-dir", host.folder.path.string])
            // The command's own state is the host's, where none of this is.
            #expect(listing.contains("plug-in"))
        }

        @Test func aBooleanIsAParameter() throws {
            try host.folder.add("ttplug")
            try host.apply("first", parameters: ["strict": .boolean(true)])
            #expect(try host.window(host.connect(using: nil)) == 11)
        }

        @Test func shippedOnesTakeTheSamePath() throws {
            #expect(try host.load("tt_reno").change == .registered)
            #expect(try host.registered("tt_reno")?.version.utf8.count == 16)
            #expect(try isAvailable("tt_reno"))
            _ = try host.tuner.unload("tt_reno")
            #expect(try !isAvailable("tt_reno"))
        }

        @Test func brokenOnesRegisterNothing() throws {
            try host.folder.add("ttplug", BPFPrograms.ttplug_wild.bytes)
            try host.folder.add("two")
            for name in ["ttplug", "two"] {
                let error = #expect(throws: TunerError.self) { try host.apply("first", name) }
                #expect(error?.code == .invalidProfile)
            }
            let error = #expect(throws: TunerError.self) { try host.load() }
            #expect(error?.code == .invalidProfile)
            #expect(error?.log != nil)
            #expect(try !isAvailable())
            #expect(try host.pins() == [])
        }

        @Test func aNameThatSomebodyHasIsRefused() throws {
            let other = try LoadedHost.registerElsewhere()
            try host.folder.add("ttplug")
            let error = #expect(throws: TunerError.self) { try host.load() }
            #expect(error?.code == .invalidProfile)
            #expect(error?.message.contains("somebody else") ?? false, "\(error?.message ?? "")")
            #expect(try host.pins() == [])
            try other.unregister()
        }
    }
}
