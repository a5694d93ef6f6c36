import Glibc
import Host
import SystemPackage

/// A clang that can compile for BPF, and the tool that takes DWARF out of what it makes.
package struct Clang: Sendable {
    package let path: FilePath
    /// The major one.
    package let version: Int
    /// llvm-objcopy or llvm-strip; nil: none was found.
    package let strip: FilePath?

    /// What tcptune's headers ask for: BTF declaration tags.
    package static let oldest = 14
    private static let newest = 30

    /// The one that is asked for (a path, or a name in PATH), else PATH's `clang`, else the newest
    /// of `clang-14` to `clang-30` there.
    package static func find(
        _ wanted: String? = nil, in directories: [FilePath]
    ) throws(WorkshopError) -> Clang {
        let names =
            wanted.map { [$0] } ?? ["clang"] + (oldest...newest).reversed().map { "clang-\($0)" }
        var problems: [String] = []
        for name in names {
            guard let path = executable(name, in: directories) else { continue }
            do throws(Problem) {
                let version = try version(of: path)
                return Clang(
                    path: path, version: version, strip: strip(for: path, version, directories))
            } catch {
                problems.append("\(path): \(error.text)")
            }
        }
        throw WorkshopError(
            .noCompiler, "cannot find a compiler", on: wanted ?? "clang",
            because: problems.isEmpty ? "there is none" : problems.joined(separator: ", "),
            advice: "install clang \(oldest) or newer (Debian, Ubuntu: apt install clang llvm), or "
                + "name one with --clang")
    }

    /// The directories of PATH.
    package static var searchPath: [FilePath] {
        (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin").split(separator: ":")
            .map { FilePath(String($0)) }
    }

    private struct Problem: Error {
        let text: String
    }

    private static func version(of clang: FilePath) throws(Problem) -> Int {
        let words = output([clang.string, "--version"])
        guard let digits = words.firstMatch(of: /clang version (\d+)/)?.1,
            let version = Int(digits)
        else { throw Problem(text: "isn't clang") }
        guard version >= oldest else { throw Problem(text: "is version \(version)") }
        guard output([clang.string, "--print-targets"]).contains(/\bbpf\b/) else {
            throw Problem(text: "can't compile for BPF")
        }
        return version
    }

    /// Nothing where it fails.
    private static func output(_ arguments: [String]) -> String {
        let result = try? PlacedProcess.collecting(arguments, in: ".")
        return result?.status == 0 ? result?.output ?? "" : ""
    }

    private static func strip(
        for clang: FilePath, _ version: Int, _ directories: [FilePath]
    ) -> FilePath? {
        // A compiler in PATH is often a link into its own LLVM's directory.
        let home = clang.withPlatformString { realpath($0, nil) }.map { resolved in
            defer { free(resolved) }
            return FilePath(platformString: resolved).removingLastComponent()
        }
        let places = [home].compactMap { $0 } + directories
        for name in ["llvm-objcopy", "llvm-strip"] {
            for name in [name, "\(name)-\(version)"] {
                if let tool = executable(name, in: places) { return tool }
            }
        }
        return nil
    }

    private static func executable(_ name: String, in directories: [FilePath]) -> FilePath? {
        let candidates =
            name.contains("/") ? [FilePath(name)] : directories.map { $0.appending(name) }
        return candidates.first { $0.withPlatformString { access($0, X_OK) } == 0 }
    }
}

extension PlacedProcess {
    /// What a program writes to its standard output and error, run in a directory, and its exit status.
    static func collecting(
        _ arguments: [String], in directory: FilePath
    ) throws(HostError) -> (output: String, status: CInt) {
        let process = try PlacedProcess(
            ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\" 2>&1", directory.string] + arguments)
        process.closeInput()
        let (output, status) = try process.finish()
        return (String(decoding: output, as: UTF8.self), status)
    }
}
