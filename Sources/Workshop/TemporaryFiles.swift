import Glibc
import Host
import SystemPackage

/// A directory that only this user can enter; it goes with the value, and what was written or
/// reserved in it.
struct TemporaryFiles: ~Copyable {
    let path: FilePath
    /// Directories after what is in them.
    private var entries: [FilePath] = []

    private static let what = "cannot make temporary files"

    /// - Parameter parent: where; TMPDIR or /tmp.
    init(below parent: FilePath) throws(WorkshopError) {
        var template = Array(parent.appending("tcptune.XXXXXX").string.utf8CString)
        guard mkdtemp(&template) != nil else {
            throw WorkshopError(Errno(rawValue: errno), Self.what, on: parent.string)
        }
        path = template.withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) }
    }

    deinit {
        for entry in entries { entry.withPlatformString { _ = Glibc.remove($0) } }
        path.withPlatformString { _ = rmdir($0) }
    }

    /// The path of a file that somebody else makes.
    mutating func reserve(_ name: String) -> FilePath {
        let file = path.appending(name)
        entries.insert(file, at: 0)
        return file
    }

    mutating func makeDirectory(_ name: String) throws(WorkshopError) {
        try check(reserve(name).withPlatformString { mkdir($0, 0o700) }, name)
    }

    /// Makes a symbolic link.
    mutating func link(_ name: String, to target: FilePath) throws(WorkshopError) {
        let link = reserve(name)
        let result = target.withPlatformString { target in
            link.withPlatformString { symlink(target, $0) }
        }
        try check(result, name)
    }

    private func check(_ result: CInt, _ name: String) throws(WorkshopError) {
        guard result == 0 else {
            throw WorkshopError(
                Errno(rawValue: errno), Self.what, on: path.appending(name).string)
        }
    }

    mutating func write(_ text: String, to name: String) throws(WorkshopError) {
        do throws(HostError) {
            try AtomicFile.write(Array(text.utf8), to: reserve(name))
        } catch {
            throw WorkshopError(error)
        }
    }
}
