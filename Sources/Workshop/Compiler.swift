import Glibc
import Host
import SystemPackage

/// Builds a plug-in's object from its source, with the headers that this binary carries.
package struct Compiler {
    private let clang: Clang
    private let temporary: FilePath
    private let what: String

    private static let options = [
        "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror", "-fdebug-compilation-dir=.",
        "-I", "include", "-o", "object",
    ]

    /// - Parameter temporary: where its files are while it works.
    package init(
        _ clang: Clang, for kind: PluginKind = .controller,
        temporary: FilePath = Compiler.temporaryDirectory
    ) {
        self.clang = clang
        self.temporary = temporary
        what = "cannot build the \(kind.noun)"
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
        guard let file = source.lastComponent else {
            throw WorkshopError(.source, what, on: source.string, because: "it is no file")
        }
        let directory = source.removingLastComponent()
        var files = try TemporaryFiles(below: temporary)
        try files.link("source", to: Self.absolute(directory))
        try writeHeaders(&files)
        let output = files.reserve("object")
        // By relative paths, so that the same source gives the same object wherever it is, and the
        // compiler can quote its lines in what the verifier shows.
        try run(
            clang.path, Self.options + Self.systemHeaders + ["-c", "source/\(file)"],
            in: files.path, on: source)
        // Drops DWARF, keeps .BTF and .BTF.ext.
        if let strip = clang.strip {
            try run(strip, ["--strip-debug", "object"], in: files.path, on: source)
        }
        do throws(HostError) {
            let bytes = try Files.bytes(output, what: "cannot read the object")
            try AtomicFile.write(bytes, to: object)
            return bytes.count
        } catch {
            throw WorkshopError(error)
        }
    }

    private func writeHeaders(_ files: inout TemporaryFiles) throws(WorkshopError) {
        for directory in ["include", "include/tcptune", "include/bpf"] {
            try files.makeDirectory(directory)
        }
        for (name, text) in EmbeddedHeaders.texts {
            let directory = name.hasPrefix("bpf_") ? "bpf" : "tcptune"
            try files.write(text, to: "include/\(directory)/\(name).h")
        }
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

    private func run(
        _ program: FilePath, _ arguments: [String], in directory: FilePath, on source: FilePath
    ) throws(WorkshopError) {
        let (output, status): (String, CInt)
        do throws(HostError) {
            (output, status) = try PlacedProcess.collecting(
                [Self.absolute(program).string] + arguments, in: directory)
        } catch {
            throw WorkshopError(error)
        }
        guard status == 0 else {
            let place = source.removingLastComponent()
            let words = output.replacing(/(?m)(^|^In file included from |')source\//) {
                $0.1 + place.appending("x").string.dropLast()
            }
            throw WorkshopError(
                .source, what, on: source.string, because: "\(program) says:\n\(words)")
        }
    }

    private static func absolute(_ path: FilePath) -> FilePath {
        guard path.isRelative, let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return FilePath(platformString: here).pushing(path)
    }
}
