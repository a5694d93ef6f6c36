import Glibc
import Host
import SystemPackage

/// Builds a plug-in's object from its source, with the headers that this binary carries.
package struct Compiler {
    private let clang: Clang
    private let temporary: FilePath

    /// - Parameter temporary: where its files are while it works.
    package init(_ clang: Clang, temporary: FilePath = Compiler.temporaryDirectory) {
        self.clang = clang
        self.temporary = temporary
    }

    /// TMPDIR, or /tmp.
    package static var temporaryDirectory: FilePath {
        FilePath(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
    }

    /// Compiles `source`, and replaces `object` when that went well.
    ///
    /// - Returns: the object's size in bytes.
    @discardableResult
    package func build(_ source: FilePath, to object: FilePath) throws(WorkshopError) -> Int {
        var files = try TemporaryFiles(below: temporary)
        let headers = try writeHeaders(&files)
        let output = files.reserve("object")
        try run(compilation(of: source, to: output, headers: headers), on: source)
        // Drops DWARF, keeps .BTF and .BTF.ext.
        if let strip = clang.strip {
            try run([strip.string, "--strip-debug", output.string], on: source)
        }
        do throws(HostError) {
            let bytes = try Self.read(output)
            try AtomicFile.write(bytes, to: object)
            return bytes.count
        } catch {
            throw WorkshopError(error)
        }
    }

    private func writeHeaders(_ files: inout TemporaryFiles) throws(WorkshopError) -> FilePath {
        let headers = try files.makeDirectory("include")
        for directory in ["tcptune", "bpf"] { _ = try files.makeDirectory("include/\(directory)") }
        for (name, text) in EmbeddedHeaders.texts {
            let directory = name.hasPrefix("bpf_") ? "bpf" : "tcptune"
            try files.write(text, to: "include/\(directory)/\(name).h")
        }
        return headers
    }

    private func compilation(
        of source: FilePath, to output: FilePath, headers: FilePath
    ) -> [String] {
        let directory = source.removingLastComponent()
        return [clang.path.string]
            + "-target bpf -mcpu=v3 -O2 -g -Wall -Werror".split(separator: " ").map(String.init)
            // The same source gives the same object, wherever it is built; the verifier's log quotes
            // the source's lines all the same.
            + ["-gdwarf-5", "-gembed-source", "-fdebug-compilation-dir=/plugin"]
            + ["-fdebug-prefix-map=\(directory.isEmpty ? "." : directory)=/plugin"]
            + ["-fdebug-prefix-map=\(headers)=/include"]
            + ["-I", headers.string] + Self.systemHeaders
            + ["-c", source.string, "-o", output.string]
    }

    /// For sources that want more than tcptune's headers: Debian keeps asm/types.h in a directory
    /// per architecture, which `-target bpf` doesn't search.
    private static var systemHeaders: [String] {
        var system = utsname()
        guard uname(&system) == 0 else { return [] }
        let machine = withUnsafeBytes(of: system.machine) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return ["-idirafter", "/usr/include/\(machine)-linux-gnu"]
    }

    private func run(_ arguments: [String], on source: FilePath) throws(WorkshopError) {
        let (output, status): (String, CInt)
        do throws(HostError) {
            (output, status) = try PlacedProcess.collecting(arguments)
        } catch {
            throw WorkshopError(error)
        }
        guard status == 0 else {
            throw WorkshopError(
                .source, "cannot build the controller", on: source.string,
                because: "\(arguments[0]) says:\n\(output)")
        }
    }

    private static func read(_ path: FilePath) throws(HostError) -> [UInt8] {
        let file = try OwnedDescriptor.open(path, what: "cannot read the object")
        do {
            let size = Int(try file.raw.seek(offset: 0, from: .end))
            return try [UInt8](unsafeUninitializedCapacity: size) { space, count in
                count = try file.raw.read(
                    fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(space))
            }
        } catch {
            throw HostError(
                error as? Errno ?? .ioError, "cannot read the object", on: path.string)
        }
    }
}
