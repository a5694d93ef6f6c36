import BPF
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
    /// In bytes; controllers have some ten thousand.
    package static let maximumObjectSize = 16 << 20

    /// Reads a plug-in and checks all that can be checked without the kernel.
    ///
    /// - Parameter passed: called after each check, in the order of ``Check``, with what was seen.
    /// - Throws: what the first check that failed found.
    package init(
        at directory: FilePath, passed: (Check, String) -> Void = { _, _ in }
    ) throws(CongestionControlError) {
        let name = directory.lexicallyNormalized().lastComponent?.string ?? directory.string
        let files = try Files(directory, plugin: name)
        passed(.ownership, "\(files.directory) and what is above it is root's alone")
        let manifest = files.manifest
        passed(.metadata, manifest.description.isEmpty ? manifest.name : manifest.description)
        let object = ControllerObject(
            name: manifest.name, elf: files.object, isPlugin: true)
        try Self.checkIsBPF(object)
        let opened = try object.perform { () throws(BPFError) in try object.open() }
        passed(.object, "BPF, \(object.elf.count) bytes, version \(object.digest)")
        passed(.license, try Self.checkLicense(object))
        let declaration = try Self.onlyController(of: opened, object)
        passed(.controller, "one tcp_congestion_ops")
        try Self.checkNames(declaration, directory: files.directory, manifest)
        passed(.name, manifest.name)
        parameters = try Self.parameters(of: opened, object)
        passed(.parameters, Self.list(parameters))
        self.name = manifest.name
        description = manifest.description
        self.directory = files.directory
        compiled = object
    }

    /// Has the kernel verify it, and registers nothing.
    package func tryLoading(
        passed: (Check, String) -> Void = { _, _ in }
    ) throws(CongestionControlError) {
        let (isSupported, hasLinks) = try compiled.perform { () throws(BPFError) in
            (try StructOps.isSupported(), try StructOps.linksSupported())
        }
        guard isSupported else {
            throw CongestionControlError(
                .unsupported, name, "this kernel takes no BPF congestion controllers",
                advice: "it needs Linux 5.6 with BPF's JIT and type information")
        }
        passed(.kernel, hasLinks ? "struct_ops with links" : "struct_ops, without live updates")
        let callbacks = try compiled.perform { () throws(BPFError) in
            var object = try compiled.open()
            try object.load()
            return object.programs.count
        }
        passed(.verifier, "\(callbacks) callbacks accepted")
    }

    private static func list(_ parameters: [Parameter]) -> String {
        parameters.isEmpty ? "none" : parameters.map(\.name).joined(separator: ", ")
    }

    /// What is read from the directory.
    private struct Files {
        let directory: FilePath
        let manifest: ControllerManifest
        let object: [UInt8]

        init(_ path: FilePath, plugin: String) throws(CongestionControlError) {
            do throws(TrustedDirectory.Refusal) {
                let directory = try TrustedDirectory(path)
                self.directory = directory.path
                manifest = try Self.manifest(in: directory)
                guard
                    let object = try directory.read(
                        manifest.object, limit: ControllerPlugin.maximumObjectSize)
                else {
                    throw TrustedDirectory.Refusal(
                        reason: "\(directory.path.appending(manifest.object)) isn't there",
                        advice: "'tcptune cc build \(directory.path)' makes it")
                }
                self.object = object
            } catch {
                throw CongestionControlError(
                    .invalidPlugin, plugin, error.reason, advice: error.advice)
            }
        }

        private static func manifest(
            in directory: borrowing TrustedDirectory
        ) throws(TrustedDirectory.Refusal) -> ControllerManifest {
            let path = directory.path.appending(ControllerManifest.file)
            guard
                let bytes = try directory.read(
                    ControllerManifest.file, limit: DocumentFormat.maximumSize)
            else {
                throw TrustedDirectory.Refusal(
                    reason: "\(path) isn't there", advice: "'tcptune cc new NAME' makes a plug-in")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TrustedDirectory.Refusal(reason: "\(path) is not text in UTF-8")
            }
            do throws(ProfileError) {
                return try ControllerManifest(text, file: path.string)
            } catch {
                throw TrustedDirectory.Refusal(reason: "\(error)")
            }
        }
    }
}
