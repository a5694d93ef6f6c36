import BPF
import CTcptuneABI
import Glibc
import Host
import Profiles
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    @Suite struct LifecycleTests {
        private let observe = Profile(name: "observe")

        @Test func applyingTwiceChangesNothing() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            let before = try tuned.tuner.attachments()[0]
            let report = try tuned.apply(observe)
            #expect(report.plan.steps.map(\.action) == [.keep])
            let after = try tuned.tuner.attachments()[0]
            #expect(after.programID == before.programID)
            #expect(after.id == before.id)
        }

        @Test func aPlanChangesNothing() throws {
            let tuned = try TunedCgroup()
            let plan = try tuned.tuner.plan(Profile(controller: "tt_reno"), for: [tuned.target])
            #expect(plan.steps.map(\.action) == [.attach])
            #expect(plan.registrations == ["tt_reno"])
            #expect(try tuned.tuner.attachments().isEmpty)
        }

        @Test func anotherProfileOnALiveCgroupKeepsConnectionsAndStatistics() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            let (client, server) = try TCPConnection.pair(client: tuned.placement)
            try transfer(100_000, from: client, to: server)
            let report = try tuned.apply(Profile("other") { $0.noDelay = true })
            #expect(report.plan.steps.map(\.action) == [.replace(profile: "observe")])
            #expect(try tuned.tuner.attachments().map(\.profile) == ["other"])
            try transfer(100_000, from: client, to: server)
            #expect(try tuned.statistics().bytesAcked >= 200_000)
            let (newer, _) = try TCPConnection.pair(client: tuned.placement)
            #expect(try newer.options.noDelay)
            try tuned.apply(observe, resetStatistics: true)
            let reset = try tuned.statistics()
            #expect(reset.bytesAcked == 0)
            #expect(reset.open == 2)
        }

        @Test func openConnectionsAreTakenOverAndReleased() throws {
            let tuned = try TunedCgroup()
            let pair = try NetworkPair()
            let server = try TCPServer(Placement(namespace: pair.b.path), address: pair.b.ipv4)
            let client = try TCPConnection.connect(
                Placement(cgroup: tuned.cgroup.path, namespace: pair.a.path), to: pair.b.ipv4,
                port: server.port)
            let accepted = try server.accept()
            let standard = try client.options.congestionControl
            try transfer(100_000, from: client, to: accepted)
            let report = try tuned.apply(Profile(controller: "tt_reno"), existing: true)
            #expect(report.adopted?.connections == 1)
            #expect(try client.options.congestionControl == "tt_reno")
            try transfer(50_000, from: client, to: accepted)
            let counted = try tuned.statistics()
            #expect(counted.adopted == 1)
            #expect(counted.open == 1)
            #expect(counted.bytesAcked == 50_000)
            #expect(
                try (counted.rtt.count > 0) == KernelFeature.iteratorCallbacks.isPresent())
            let released = try tuned.tuner.detach([tuned.target], existing: true)
            #expect(released.released == 1)
            #expect(try client.options.congestionControl == standard)
            try transfer(50_000, from: client, to: accepted)
        }

        /// An array of programs is lost where it is opened while the kernel has yet to clear it.
        @Test func noMapIsLostWhenAProfileGoes() throws {
            let tuned = try TunedCgroup()
            let before = try Map.ids().count
            for _ in 1...10 {
                try tuned.apply(Profile(controller: "reno"))
                try tuned.tuner.detach([tuned.target])
            }
            #expect(try eventually { try Map.ids().count <= before })
        }

        @Test func theInnermostProfileIsInForce() throws {
            let tuned = try TunedCgroup()
            let inner = try tuned.cgroup.child("inner")
            try tuned.apply(Profile("outer", controller: "reno"))
            let target = Target.cgroup(inner.path.string)
            try tuned.tuner.apply(Profile("inner", controller: "cubic"), to: [target])
            let (client, _) = try TCPConnection.pair(client: Placement(cgroup: inner.path))
            #expect(try client.options.congestionControl == "cubic")
            let statistics = try Telemetry(tuned.tuner).statistics(
                of: try tuned.tuner.attachments(of: [tuned.target, target]))
            #expect(statistics.map(\.activeOpened) == [0, 1])
            try tuned.tuner.detach([target])
            let (next, _) = try TCPConnection.pair(client: Placement(cgroup: inner.path))
            #expect(try next.options.congestionControl == "reno")
        }

        @Test func itWorksBesideAnotherProgram() throws {
            let tuned = try TunedCgroup()
            let outer = try TemporaryCgroup()
            let below = try outer.child("below")
            // Somebody else's: another tcptune's will do, with its own maps and pins.
            let other = try Tuner(stateDirectory: "/sys/fs/bpf/tcptune-other-\(getpid())")
            defer { _ = try? other.detachAll() }
            try other.apply(Profile { $0.userTimeout = 9000 }, to: [.cgroup(outer.path.string)])
            try tuned.tuner.apply(
                Profile { $0.noDelay = true }, to: [.cgroup(below.path.string)])
            let (client, server) = try TCPConnection.pair(client: Placement(cgroup: below.path))
            #expect(try client.options.noDelay)
            #expect(try client.options.userTimeout == 9000)
            try transfer(100_000, from: client, to: server)
            for tuner in [tuned.tuner, other] {
                let statistics = try Telemetry(tuner).statistics(of: try tuner.attachments())
                // The kernel counts the SYN as a byte.
                #expect(statistics.map(\.bytesAcked) == [100_001])
            }
        }

        @Test func aRemovedCgroupIsCollected() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            do {
                let gone = try TemporaryCgroup()
                try tuned.tuner.apply(observe, to: [.cgroup(gone.path.string)])
            }
            #expect(
                try eventually {
                    try tuned.tuner.attachments().contains { $0.state == .cgroupGone }
                })
            let report = try tuned.tuner.collectGarbage()
            #expect(report.goneCgroups.count == 1)
            #expect(try tuned.tuner.attachments().map(\.state) == [.active])
        }

        @Test func aTargetThatIsMissingChangesNothing() throws {
            let tuned = try TunedCgroup()
            #expect {
                try tuned.tuner.apply(observe, to: [tuned.target, .cgroup("no/such")])
            } throws: { ($0 as? TunerError)?.code == .invalidTarget }
            #expect(try tuned.tuner.attachments().isEmpty)
        }

        @Test func nothingIsLeftAfterADetach() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "tt_cubic"))
            #expect(throws: TunerError.self) { try tuned.tuner.detach([.cgroup("/no/such")]) }
            try tuned.tuner.detach([tuned.target])
            #expect(!Self.exists("/sys/fs/bpf/tcptune-test-\(getpid())"))
            let controllers = try Kernel().availableCongestionControls()
            #expect(!controllers.contains("tt_cubic"))
            #expect {
                try tuned.tuner.detach([tuned.target])
            } throws: { ($0 as? TunerError)?.code == .notApplied }
        }

        @Test func pinsOfAnotherVersionAreRefused() throws {
            let tuned = try TunedCgroup()
            let base = "/sys/fs/bpf/tcptune-test-\(getpid())"
            let made = mkdir(base, 0o700) == 0 && mkdir(base + "/v0", 0o700) == 0
            try #require(made)
            defer {
                rmdir(base + "/v0")
                rmdir(base)
            }
            #expect {
                try tuned.apply(observe)
            } throws: { ($0 as? TunerError)?.code == .incompatiblePins }
        }

        @Test func aFullMapIsSaidAndChangesNothing() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            guard let maps = try tuned.tuner.sharedMaps() else {
                Issue.record("there are no maps")
                return
            }
            var next: UInt64 = 1
            do {
                while true {
                    try maps.resetStatistics(of: next)
                    next += 1
                }
            } catch {}
            let other = try TemporaryCgroup()
            #expect {
                try tuned.tuner.apply(observe, to: [.cgroup(other.path.string)])
            } throws: { ($0 as? TunerError)?.code == .full }
            #expect(try tuned.tuner.attachments().count == 1)
        }

        private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
    }
}
