import Glibc
import Host
import Profiles
import SystemPackage
import TestSupport
import Testing
import Tuner

@testable import CongestionControl

extension KernelSuites {
    /// One controller with several sets of parameters.
    @Suite struct ParameterSetTests {
        private let host: LoadedHost
        /// Two sets that come to the same name.
        private static let twins: [[String: ParameterValue]] = [
            ["beta_permille": .integer(627), "c_permille": .integer(438)],
            ["beta_permille": .integer(659), "c_permille": .integer(314)],
        ]
        private static let name = "tt_cubic_7ecb1f"

        init() throws { host = try LoadedHost() }

        @Test func aLoadedSetIsARegistrationOfItsOwn() throws {
            try host.folder.add("ttplug")
            let report = try host.load(
                parameters: ["cwnd_segments": .integer(40), "strict": .boolean(true)])
            let name = report.instance.registeredName
            #expect(report.change == .registered)
            #expect(report.instance.label == "ttplug(cwnd_segments=40,strict=1)")
            #expect(name != "ttplug" && name.utf8.count <= 15)
            #expect(try host.registered() == nil)
            #expect(try host.registered(name)?.instance == report.instance)
            #expect(try host.window(host.connect(using: name)) == 41)
            let standard = try host.load(parameters: ["cwnd_segments": .integer(10)])
            #expect(standard.instance.label == "ttplug")

            _ = try host.tuner.collectGarbage()
            #expect(try host.registered(name)?.isLoaded == true)
            #expect(try eventually { try host.registered(name)?.sockets == 0 })
            _ = try host.tuner.unload(name)
            _ = try host.tuner.unload("ttplug")
            #expect(try host.pins() == [])
        }

        @Test func loadedSetsGetTheNewVersionToo() throws {
            try host.folder.add(window: 20)
            let strict = try host.load(parameters: ["strict": .boolean(true)]).instance
            #expect(try host.window(host.connect(using: strict.registeredName)) == 21)
            try host.folder.add(window: 30)
            let version = try host.load().version
            #expect(try host.registered(strict.registeredName)?.version == version)
            #expect(try host.window(host.connect(using: strict.registeredName)) == 31)
        }

        @Test func aWrongValueRegistersNothing() throws {
            try host.folder.add("ttplug")
            for wrong: [String: ParameterValue] in [
                ["cwnd_segments": .integer(1)], ["cwnd": .integer(10)], ["strict": .string("yes")],
            ] {
                let error = #expect(throws: TunerError.self) { try host.load(parameters: wrong) }
                #expect(error?.code == .invalidProfile)
            }
            #expect(try host.pins() == [])
        }

        @Test func twoSetsOfOneNameAreRefused() throws {
            let first = try host.load("tt_cubic", parameters: Self.twins[0])
            #expect(first.instance.registeredName == Self.name)
            #expect(try host.load("tt_cubic", parameters: Self.twins[0]).change == .kept)
            let pins = try host.pins()
            for attempt in [
                { _ = try host.load("tt_cubic", parameters: Self.twins[1]) },
                { try host.apply("second", "tt_cubic", parameters: Self.twins[1]) },
            ] {
                let error = #expect(throws: TunerError.self, performing: attempt)
                #expect(error?.code == .invalidProfile)
                let message = error?.message ?? ""
                #expect(message.contains(first.instance.label), "\(message)")
                #expect(message.contains("beta_permille=659,c_permille=314"), "\(message)")
            }
            #expect(try host.pins() == pins)
            #expect(try host.registered(Self.name)?.instance == first.instance)

            _ = try host.tuner.unload(Self.name)
            #expect(try host.load("tt_cubic", parameters: Self.twins[1]).change == .registered)
        }

        @Test func theyAreRefusedWithinAProfileToo() throws {
            let choices = Self.twins.map {
                CongestionControlChoice(algorithm: "tt_cubic", parameters: $0)
            }
            let profile = Profile(
                name: "twins", congestionControl: choices[0],
                rules: [Rule(match: Match(ports: [443]), congestionControl: choices[1])])
            let error = #expect(throws: TunerError.self) {
                try host.tuner.apply(profile, to: [.cgroup(host.cgroup.path.string)])
            }
            #expect(error?.code == .invalidProfile)
            #expect(error?.message.contains(Self.name) == true, "\(error?.message ?? "")")
            #expect(try host.pins() == [])
        }

        /// Of a change that died before it registered anything.
        @Test func whatWasHalfRecordedDoesNotCount() throws {
            let set = try host.load("tt_cubic", parameters: Self.twins[0])
            _ = try host.tuner.unload(Self.name)
            let directory = host.controllers.appending(Self.name).appending("parameters")
            try Command.check(["mkdir", "-p", directory.appending("beta_permille=659").string])
            #expect(try host.load("tt_cubic", parameters: Self.twins[0]).change == .registered)
            #expect(try host.registered(Self.name)?.instance == set.instance)
        }
    }
}
