import Glibc
import Host
import Profiles
import SystemPackage
import TestSupport
import Testing

@testable import CongestionControl
@testable import Tuner

/// A tuner with pins of its own and a directory of plug-ins; all is unloaded when it goes.
final class LoadedHost {
    let folder: PluginFolder
    let tuner: Tuner
    let cgroup: TemporaryCgroup
    private let state = "/sys/fs/bpf/tcptune-test-\(getpid())"

    init() throws {
        try KernelTest.require()
        folder = try PluginFolder()
        tuner = try Tuner(stateDirectory: state, pluginDirectories: [folder.path.string])
        cgroup = try TemporaryCgroup()
    }

    deinit {
        _ = try? tuner.detachAll()
        for each in (try? tuner.registeredControllers()) ?? [] {
            _ = try? tuner.unload(each.name, existing: true)
        }
    }

    var placement: Placement { Placement(cgroup: cgroup.path) }

    /// What is pinned, but for the tuner's own directory.
    func pins() throws -> [String] {
        let listing = try Command.run(["find", state, "-mindepth", "1"])
        return listing.standardOutput.split(separator: "\n").map(String.init).sorted()
    }

    /// Where the registrations' directories are.
    var controllers: FilePath { PinLayout(base: FilePath(state)).controllers }

    /// The pins of a controller's versions.
    func versions(_ name: String) throws -> [String] {
        try pins().filter { $0.contains("/cc/\(name)/") }.compactMap {
            $0.split(separator: "/").last.map(String.init)
        }.filter { $0.contains("-") }
    }

    func load(
        _ name: String = "ttplug", parameters: [String: ParameterValue] = [:],
        existing: Bool = false
    ) throws -> ControllerLoadReport {
        try tuner.load(try tuner.catalog.find(name), parameters: parameters, existing: existing)
    }

    @discardableResult
    func apply(
        _ profile: String, _ controller: String = "ttplug",
        parameters: [String: ParameterValue] = [:], to cgroup: FilePath? = nil,
        existing: Bool = false
    ) throws -> ApplyReport {
        try tuner.apply(
            Profile(
                name: profile,
                congestionControl: CongestionControlChoice(
                    algorithm: controller, parameters: parameters)),
            to: [.cgroup((cgroup ?? self.cgroup.path).string)],
            options: ApplyOptions(existing: existing))
    }

    func registered(_ name: String = "ttplug") throws -> RegisteredController? {
        try tuner.registeredControllers().first { $0.name == name }
    }

    /// A connection whose client's end runs a controller.
    func connect(
        using name: String? = "ttplug"
    ) throws -> (client: TCPConnection, server: TCPConnection) {
        let listener = try TCPServer()
        let client = try TCPConnection.connect(
            name == nil ? placement : .here, to: "127.0.0.1", port: listener.port
        ) { if let name { try $0.setCongestionControl(name) } }
        return (client, try listener.accept())
    }

    /// The window that a connection has after some data, which is what the version says.
    func window(_ pair: (client: TCPConnection, server: TCPConnection)) throws -> UInt32 {
        try transfer(1_000_000, from: pair.client, to: pair.server)
        return try pair.client.info().sndCwnd
    }
}
