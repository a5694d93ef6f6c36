import BPF
import PluginFiles
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

    /// What is checked of a plug-in, in this order; each rests on those before it.
    package enum Check: String, CaseIterable, Sendable {
        /// Nobody but root can have written it.
        case ownership
        /// What `option.yaml` says.
        case manifest
        /// A BPF object file.
        case object
        /// One program, of <tcptune/option.h>.
        case program
        /// Loaded on trial.
        case verifier

        init(_ part: PluginPart) {
            self =
                switch part {
                case .ownership: .ownership
                case .manifest: .manifest
                case .object: .object
                }
        }

        /// Has what is thrown say that this check failed.
        func perform<R: ~Copyable>(
            _ body: () throws(OptionError) -> R
        ) throws(OptionError) -> R {
            do throws(OptionError) {
                return try body()
            } catch {
                var error = error
                error.check = self
                throw error
            }
        }
    }

    /// Reads a plug-in and checks all that can be checked without the kernel.
    ///
    /// - Parameter passed: called after each check, in the order of ``Check``, with what was seen.
    /// - Throws: what the first check that failed found.
    package init(
        at path: FilePath, passed: (Check, String) -> Void = { _, _ in }
    ) throws(OptionError) {
        let files: PluginContents<OptionManifest>
        do throws(PluginRefusal) {
            files = try PluginContents(path) { passed(Check($0), $1) }
        } catch {
            throw OptionError(error)
        }
        (directory, manifest, elf) = (files.directory, files.manifest, files.object)
        digest = FNV1a.digits(elf + files.text)
        let object = try Check.object.perform { () throws(OptionError) in
            try checkObject()
            return try self.perform { () throws(BPFError) in try open() }
        }
        passed(.object, "BPF, \(elf.count) bytes, version \(digest)")
        try Check.program.perform { () throws(OptionError) in try checkProgram(object) }
        passed(.program, "one, for sockops")
    }

    private var build: String { "'tcptune option build \(directory)' compiles it" }

    private func checkObject() throws(OptionError) {
        guard let header = ELFHeader(elf), header.machine == ELFHeader.bpf,
            isBTFSound(ofObjectFile: elf)
        else { throw OptionError(.invalid, name, "its object isn't BPF", advice: build) }
    }

    private func checkProgram(_ object: borrowing Object) throws(OptionError) {
        let programs = object.programs
        guard programs.count == 1, programs[0].name == Self.program,
            programs[0].type == .sockOps
        else {
            throw OptionError(
                .invalid, name,
                "its object isn't an option's: the one program is "
                    + "'\(Self.program)', for sockops",
                advice: "TCPTUNE_OPTION at the end of the source makes it")
        }
        if let map = object.pinnedMaps.first {
            throw OptionError(
                .invalid, name, "its map \(map) would be pinned", advice: "remove its 'pinning'")
        }
    }

    private func open() throws(BPFError) -> Object { try Object(elf: elf, name: name) }

    /// Its program, to be loaded for a profile.
    ///
    /// - Parameter index: its place among the profile's options, `tt_header_option`.
    /// - Parameter segments: the segments it is on, `tt_header_where`.
    /// - Parameter next: the place in `option_programs` of the one to be called after it;
    ///   ``HeaderOption/maximumRaw``: none.
    package func prepare(
        index: UInt32, on segments: UInt8, next: UInt32
    ) throws(BPFError) -> Object {
        let object = try open()
        try object.set(knob: "option_exid", to: .unsigned(UInt64(manifest.exid)))
        try object.set(knob: "option_length", to: .unsigned(UInt64(manifest.length)))
        try object.set(knob: "option_on", to: .unsigned(UInt64(segments)))
        try object.set(knob: "option_index", to: .unsigned(UInt64(index)))
        try object.set(knob: "option_next", to: .unsigned(UInt64(next)))
        return object
    }

    /// Has the kernel verify it, and leaves nothing.
    package func tryLoading() throws(OptionError) {
        try Check.verifier.perform { () throws(OptionError) in
            try perform { () throws(BPFError) in
                // The first raw option, on all segments, followed by another.
                var object = try prepare(index: 4, on: 0xf, next: 1)
                try object.load()
            }
        }
    }

    /// Has the kernel's verdict speak of this plug-in.
    package func perform<R: ~Copyable>(
        _ body: () throws(BPFError) -> R
    ) throws(OptionError) -> R {
        do throws(BPFError) { return try body() } catch { throw OptionError(name, error) }
    }
}
