import Glibc
import SystemPackage

/// Files that are replaced as a whole.
package enum AtomicFile {
    /// Writes `bytes` to a new file beside `path` and renames it there: a reader sees the old content or
    /// the new, also after a power failure. On an error the old file stays and nothing else is left.
    package static func write(
        _ bytes: [UInt8], to path: FilePath,
        mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(HostError) {
        let what = "cannot write the file"
        guard let name = path.lastComponent?.string else {
            throw HostError(.isDirectory, what, on: path.string)
        }
        let directory = path.removingLastComponent()
        // No reader that goes by the suffix, as the textfile collector does, takes it for the file.
        let template = directory.appending(".\(name).XXXXXX")
        var temporary = Array(template.string.utf8CString)
        let number = mkstemp(&temporary)
        guard number >= 0 else {
            throw HostError(Errno(rawValue: errno), what, on: path.string)
        }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        do throws(Errno) {
            try fill(file.raw, bytes, mode)
            try result(path.withPlatformString { rename(temporary, $0) })
        } catch {
            unlink(temporary)
            throw HostError(error, what, on: path.string)
        }
        // The name, too, is data of the directory.
        let parent = try OwnedDescriptor.open(
            directory.isEmpty ? "." : directory, options: .directory, what: what)
        do {
            try result(fsync(parent.raw.rawValue))
        } catch {
            throw HostError(error, what, on: path.string)
        }
    }

    private static func fill(
        _ file: FileDescriptor, _ bytes: [UInt8], _ mode: FilePermissions
    ) throws(Errno) {
        do {
            try file.writeAll(bytes)
        } catch {
            throw Errno.of(error)
        }
        try result(fchmod(file.rawValue, mode.rawValue))
        try result(fsync(file.rawValue))
    }

    private static func result(_ result: CInt) throws(Errno) {
        if result != 0 { throw Errno(rawValue: errno) }
    }
}
