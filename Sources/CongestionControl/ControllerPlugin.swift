import BPF
import PluginFiles
import Profiles
import SystemPackage

/// A controller of a user's: a directory with `cc.yaml`, the source and the compiled object.
package struct ControllerPlugin: Sendable {
    /// The name that profiles use, the directory's, and the kernel's.
    package let name: String
    package let description: String
    /// Absolute.
    package let directory: FilePath
    package let compiled: ControllerObject
    package let parameters: [Parameter]

    /// The compiled file.
    package var object: [UInt8] { compiled.elf }
    /// Which version of it.
    package var digest: String { compiled.digest }

    /// Where an administrator's own plug-ins are.
    package static let defaultDirectories: [FilePath] = ["/etc/tcptune/cc.d"]

    /// Reads a plug-in and checks all that can be checked without the kernel.
    ///
    /// - Parameter passed: called after each check, in the order of ``Check``, with what was seen.
    /// - Throws: what the first check that failed found.
    package init(
        at path: FilePath, passed: (Check, String) -> Void = { _, _ in }
    ) throws(CongestionControlError) {
        let files: PluginContents<ControllerManifest>
        do throws(PluginRefusal) {
            files = try PluginContents(path) { passed(Check($0), $1) }
        } catch {
            throw CongestionControlError(error)
        }
        let manifest = files.manifest
        let object = ControllerObject(name: manifest.name, elf: files.object, isPlugin: true)
        let opened = try Check.object.perform { () throws(CongestionControlError) in
            try Self.open(object)
        }
        passed(.object, "BPF, \(object.elf.count) bytes, version \(object.digest)")
        let license = try Check.license.perform { () throws(CongestionControlError) in
            try Self.license(of: object)
        }
        passed(.license, license)
        let declaration = try Check.controller.perform { () throws(CongestionControlError) in
            try Self.onlyController(of: opened, object)
        }
        passed(.controller, "one tcp_congestion_ops")
        try Check.name.perform { () throws(CongestionControlError) in
            try Self.checkNames(declaration, manifest.name)
        }
        passed(.name, manifest.name)
        parameters = try Check.parameters.perform { () throws(CongestionControlError) in
            try Self.parameters(of: opened, object)
        }
        passed(.parameters, Self.list(parameters))
        name = manifest.name
        description = manifest.description
        directory = files.directory
        compiled = object
    }

    /// Parameters, checked, as its variables take them.
    package func knobs(
        _ values: [String: ParameterValue]
    ) throws(CongestionControlError) -> [String: KnobValue] {
        let instance = try Check.parameters.perform { () throws(CongestionControlError) in
            try Controller(self).instance(values)
        }
        var knobs: [String: KnobValue] = [:]
        for parameter in parameters {
            knobs[parameter.name] = instance.parameters[parameter.name].map(parameter.knobValue)
        }
        return knobs
    }

    /// Has the kernel verify it, and registers nothing.
    package func tryLoading(
        with knobs: [String: KnobValue] = [:], passed: (Check, String) -> Void = { _, _ in }
    ) throws(CongestionControlError) {
        let hasLinks = try Check.kernel.perform { () throws(CongestionControlError) in
            try checkKernel()
        }
        passed(.kernel, hasLinks ? "struct_ops with links" : "struct_ops, without live updates")
        let callbacks = try Check.verifier.perform { () throws(CongestionControlError) in
            try compiled.perform { () throws(BPFError) in
                var object = try compiled.open()
                for (name, value) in knobs { try object.set(knob: name, to: value) }
                try object.load()
                return object.programs.count
            }
        }
        passed(.verifier, "\(callbacks) callbacks accepted")
    }

    /// Whether it takes live updates; throws where it takes no controllers at all.
    private func checkKernel() throws(CongestionControlError) -> Bool {
        let (isSupported, hasLinks) = try compiled.perform { () throws(BPFError) in
            (try StructOps.isSupported(), try StructOps.linksSupported())
        }
        guard isSupported else {
            throw CongestionControlError(
                .unsupported, name, "this kernel takes no BPF congestion controllers",
                advice: "it needs Linux 5.6 with BPF's JIT and type information")
        }
        return hasLinks
    }

    private static func list(_ parameters: [Parameter]) -> String {
        parameters.isEmpty ? "none" : parameters.map(\.name).joined(separator: ", ")
    }
}
