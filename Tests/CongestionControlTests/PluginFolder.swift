import BPF
import CongestionControl
import Host
import SystemPackage
import TestSupport
import Testing

/// The plug-ins in `Programs`, embedded as the product's programs are.
package enum BPFPrograms {}

/// Suites that change the kernel's state, one after the other: controllers' names are the host's.
@Suite(.serialized) struct KernelSuites {}

/// A directory of plug-ins where only root can write, up to `/`; removed with the value.
final class PluginFolder {
    private let directory: TemporaryDirectory

    var path: FilePath { directory.path }

    init() throws {
        directory = try TemporaryDirectory(below: "/run")
    }

    /// Makes a plug-in, or changes it, and returns its directory.
    ///
    /// - Parameter name: the name that cc.yaml and the files have.
    @discardableResult
    func add(
        _ name: String, _ object: [UInt8], in folder: String? = nil, manifest: String? = nil
    ) throws -> FilePath {
        let folder = folder ?? name
        let text =
            manifest ?? """
                apiVersion: tcptune.dev/v1
                kind: CongestionController
                metadata: { name: \(name), description: A test's. }
                """
        try directory.write(text, to: "\(folder)/cc.yaml")
        try AtomicFile.write(object, to: path.appending(folder).appending("\(name).bpf.o"))
        return path.appending(folder)
    }

    /// A plug-in of the program of its name.
    @discardableResult
    func add(_ name: String) throws -> FilePath {
        try add(name, try #require(BPFPrograms.all[name]).bytes)
    }

    /// The controller `ttplug` in a version that keeps this window.
    @discardableResult
    func add(window: UInt32) throws -> FilePath {
        try add("ttplug", try Self.ttplug(window: window))
    }

    static func ttplug(window: UInt32) throws -> [UInt8] {
        var elf = BPFPrograms.ttplug.bytes
        let object = try Object(elf: elf, name: "ttplug")
        let knob = try #require(object.knobs.first { $0.name == "cwnd_segments" })
        let data = try #require(elfSection(named: ".rodata", in: elf))
        withUnsafeBytes(of: window) { bytes in
            for (index, byte) in bytes.enumerated() {
                elf[data.lowerBound + knob.offset + index] = byte
            }
        }
        return elf
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> FilePath {
        try directory.write(text, to: name)
    }

    func run(_ command: String...) throws {
        try Command.check(command)
    }
}
