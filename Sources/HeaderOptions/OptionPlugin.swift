import BPF
import CongestionControl
import Glibc
import Profiles
import SystemPackage

/// A header option of a user's: a directory with `option.yaml`, the source and the compiled object.
package struct OptionPlugin: Sendable {
    package let manifest: OptionManifest
    /// Absolute.
    package let directory: FilePath
    /// The compiled file.
    package let elf: [UInt8]
    /// Which version of it, and of what its manifest says.
    package let digest: String

    package var name: String { manifest.name }

    /// Where an administrator's own are.
    package static let defaultDirectory: FilePath = "/etc/tcptune/options.d"
    /// The program's name, as <tcptune/option.h> gives it.
    package static let program = "tcptune_option"
    private static let maximumObjectSize = 1 << 20

    /// Reads a plug-in and checks all that can be checked without the kernel.
    package init(at path: FilePath) throws(OptionError) {
        let name = path.lastComponent?.string ?? path.string
        let text: [UInt8]
        do throws(TrustedDirectory.Refusal) {
            let trusted = try TrustedDirectory(path)
            directory = trusted.path
            text = try Self.read(OptionManifest.file, in: trusted, limit: 1 << 16)
            let manifest = try Self.manifest(text, trusted.path)
            self.manifest = manifest
            elf = try Self.read(manifest.object, in: trusted, limit: Self.maximumObjectSize)
        } catch {
            throw OptionError(.invalid, name, error.reason, advice: error.advice)
        }
        digest = FNV1a.digits(elf + text)
        guard name == manifest.name else {
            throw OptionError(
                .invalid, name, "the directory is '\(name)', and option.yaml has '\(self.name)'",
                advice: "both names are the same")
        }
        try check()
    }

    private static func read(
        _ file: String, in directory: borrowing TrustedDirectory, limit: Int
    ) throws(TrustedDirectory.Refusal) -> [UInt8] {
        if let bytes = try directory.read(file, limit: limit) { return bytes }
        let advice =
            file == OptionManifest.file
            ? "'tcptune option new NAME' makes a plug-in"
            : "'tcptune option build \(directory.path)' makes it"
        throw TrustedDirectory.Refusal(
            reason: "\(directory.path.appending(file)) isn't there", advice: advice)
    }

    private static func manifest(
        _ bytes: [UInt8], _ directory: FilePath
    ) throws(TrustedDirectory.Refusal) -> OptionManifest {
        do throws(ProfileError) {
            return try OptionManifest(
                String(decoding: bytes, as: UTF8.self),
                file: directory.appending(OptionManifest.file).string)
        } catch {
            throw TrustedDirectory.Refusal(reason: "\(error)")
        }
    }

    private func check() throws(OptionError) {
        let build = "'tcptune option build \(directory)' compiles it"
        guard let header = ELFHeader(elf), header.machine == ELFHeader.bpf,
            isBTFSound(ofObjectFile: elf)
        else { throw OptionError(.invalid, name, "its object isn't BPF", advice: build) }
        let programs = try perform { () throws(BPFError) in try open().programs }
        guard programs.count == 1, programs[0].name == Self.program,
            programs[0].type == .sockOps
        else {
            throw OptionError(
                .invalid, name,
                "its object isn't an option's: the one program is "
                    + "'\(Self.program)', for sockops",
                advice: "TCPTUNE_OPTION at the end of the source makes it")
        }
    }

    package func open() throws(BPFError) -> Object { try Object(elf: elf, name: name) }

    /// Has the kernel's verdict speak of this plug-in.
    package func perform<R: ~Copyable>(
        _ body: () throws(BPFError) -> R
    ) throws(OptionError) -> R {
        do throws(BPFError) { return try body() } catch { throw OptionError(name, error) }
    }
}
