import CShim
import Glibc
import SystemPackage

/// A directory inside a BPF file system (bpffs), with the pins below it.
///
/// Paths are below the root, relative or absolute.
package struct PinDirectory: Sendable {
    package let root: FilePath

    /// Throws `.notSupported` when `root` isn't in a bpffs, `.notFound` when there's no such
    /// directory.
    package init(at root: FilePath) throws(BPFError) {
        self.root = root
        let magic = root.withPlatformString { cshim_filesystem_magic($0) }
        guard magic >= 0 else {
            throw BPFError(
                errno: CInt(-magic), otherwise: .io, what: "open the BPF file system",
                subject: root.string)
        }
        guard magic == Self.magic else { throw Self.notABPFFileSystem(root) }
    }

    static func notABPFFileSystem(_ path: FilePath) -> BPFError {
        BPFError(
            .notSupported, what: "keep pins in", subject: path.string,
            hint: "it isn't in a BPF file system; mount -t bpf bpf /sys/fs/bpf")
    }

    /// `BPF_FS_MAGIC`.
    static var magic: Int64 { 0xcafe_4a11 }

    /// Makes a directory below the root, and those above it, for the owner only (0700).
    package func makeDirectory(_ path: FilePath) throws(BPFError) {
        var directory = root
        var below = path
        _ = below.removePrefix(root)
        for component in below.components {
            directory.append(component)
            let result = directory.withPlatformString { mkdir($0, 0o700) }
            guard result == 0 || errno == EEXIST else {
                throw failure("make the directory", directory)
            }
        }
    }

    /// The names in a directory below the root, sorted; empty when there's no such directory.
    package func list(_ path: FilePath = "") throws(BPFError) -> [String] {
        let directory = root.pushing(path)
        guard let stream = directory.withPlatformString({ opendir($0) }) else {
            if errno == ENOENT { return [] }
            throw failure("list the directory", directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a pin; false when there's none.
    @discardableResult
    package func unlink(_ path: FilePath) throws(BPFError) -> Bool {
        try remove(path, "remove the pin") { Glibc.unlink($0) }
    }

    /// Removes an empty directory; false when there's none.
    @discardableResult
    package func removeDirectory(_ path: FilePath) throws(BPFError) -> Bool {
        try remove(path, "remove the directory") { rmdir($0) }
    }

    /// Moves a pin or a directory at once, over a pin that is at `destination`.
    package func rename(_ path: FilePath, to destination: FilePath) throws(BPFError) {
        let result = root.pushing(path).withPlatformString { source in
            root.pushing(destination).withPlatformString { Glibc.rename(source, $0) }
        }
        guard result == 0 else { throw failure("rename", root.pushing(path)) }
    }

    private func remove(
        _ path: FilePath, _ what: String, _ call: (UnsafePointer<CChar>) -> CInt
    ) throws(BPFError) -> Bool {
        let path = root.pushing(path)
        if path.withPlatformString(call) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure(what, path)
    }

    private func failure(_ what: String, _ path: FilePath) -> BPFError {
        BPFError(errno: errno, otherwise: .io, what: what, subject: path.string)
    }
}
