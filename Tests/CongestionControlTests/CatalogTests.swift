import BPF
import Host
import Profiles
import SystemPackage
import TestSupport
import Testing

@testable import CongestionControl

/// Controllers by name, those of plug-in directories among them.
@Suite struct CatalogTests {
    private let first: PluginFolder
    private let second: PluginFolder
    private let catalog: ControllerCatalog

    init() throws {
        try KernelTest.require("ln")
        first = try PluginFolder()
        second = try PluginFolder()
        catalog = ControllerCatalog(
            pluginDirectories: [first.path, second.path, "/nonexistent/cc.d"])
    }

    @Test func theFirstDirectoryCounts() throws {
        try second.add("ttplug")
        #expect(try catalog.find("ttplug").object?.digest == digest(BPFPrograms.ttplug.bytes))
        try first.add(window: 33)
        #expect(
            try catalog.find("ttplug").object?.digest == digest(PluginFolder.ttplug(window: 33)))
        #expect(catalog.plugins().map(\.name) == ["ttplug"])
        #expect(try catalog.find(second.path.appending("ttplug").string).origin.name == "plug-in")
    }

    private func digest(_ elf: [UInt8]) -> String {
        ControllerObject(name: "", elf: elf, isPlugin: true).digest
    }

    @Test func brokenOnesAreListedWithTheReason() throws {
        try first.add("ttplug")
        try first.add("two")
        try first.run("ln", "-s", "/", first.path.appending("link").string)
        try first.run("touch", first.path.appending("README").string)
        let entries = catalog.plugins()
        #expect(entries.map(\.name) == ["link", "ttplug", "two"])
        #expect(entries.map { (try? $0.controller.get()) != nil } == [false, true, false])
        let all = try catalog.all().map(\.name)
        #expect(all.contains("ttplug"))
        #expect(!all.contains("two"))
        #expect(throws: CongestionControlError.self) { try catalog.find("two") }
    }

    @Test func aPluginHidesNoOtherController() throws {
        try first.add("tt_cubic", BPFPrograms.shipped.bytes)
        try first.add("cubic", BPFPrograms.ttplug.bytes)
        #expect(try catalog.find("tt_cubic").origin.name == "built-in")
        #expect(try catalog.find("cubic").isNative)
        #expect(catalog.plugins().allSatisfy { (try? $0.controller.get()) == nil })
    }

    @Test(arguments: ["..", ".", "a.b", "-", "sixteen_letters_", "9lives", ""])
    func namesAreNoPaths(_ name: String) throws {
        #expect(catalog.pluginDirectory(named: name) == nil)
    }

    @Test func parametersAreChecked() throws {
        try first.add("ttplug")
        func choose(_ parameters: [String: ParameterValue]) throws -> ControllerInstance {
            try catalog.choose(
                CongestionControlChoice(algorithm: "ttplug", parameters: parameters)
            ).instance
        }
        #expect(try choose([:]).registeredName == "ttplug")
        #expect(try choose(["cwnd_segments": .integer(10)]).registeredName == "ttplug")
        let other = try choose(["cwnd_segments": .integer(20), "strict": .boolean(true)])
        #expect(other.registeredName.utf8.count <= 15)
        #expect(other.registeredName != "ttplug")
        #expect(try choose(["cwnd_segments": .integer(21)]).registeredName != other.registeredName)
        for wrong: [String: ParameterValue] in [
            ["cwnd_segments": .integer(1)], ["cwnd_segments": .integer(1001)],
            ["cwnd_segments": .string("many")], ["cwnd": .integer(10)], ["strict": .integer(2)],
        ] {
            let error = #expect(throws: CongestionControlError.self) { try choose(wrong) }
            #expect(error?.code == .invalidParameter)
        }
    }

    @Test func aBrokenPluginIsNoReasonToFallBack() throws {
        try first.add("two")
        let broken = CongestionControlChoice(algorithm: "two", fallback: ["cubic"])
        let error = #expect(throws: CongestionControlError.self) { try catalog.choose(broken) }
        #expect(error?.code == .invalidPlugin)
        let missing = CongestionControlChoice(algorithm: "nobody", fallback: ["cubic"])
        #expect(try catalog.choose(missing).instance.algorithm == "cubic")
    }
}
