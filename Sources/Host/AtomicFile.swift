import Glibc
import SystemPackage

/// Files that are replaced as a whole.
package enum AtomicFile {
    /// Writes `bytes` to a new file and renames it to `path`: a reader sees the old content or the
    /// new, also after a power failure. On an error the old file stays and nothing else is left.
    ///
    /// Killed, it leaves at most one whole file beside the old one, `.NAME.new`, which the next write
    /// removes. Only on file systems without unnamed files (NFS, some overlays) is it half of one.
    package static func write(
        _ bytes: [UInt8], to path: FilePath,
        mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws(HostError) {
        let what = "cannot write the file"
        guard let name = path.lastComponent?.string else {
            throw HostError(.isDirectory, what, on: path.string)
        }
        let parent = path.removingLastComponent()
        let directory = parent.isEmpty ? "." : parent
        do throws(Errno) {
            // No reader that goes by the suffix, as the textfile collector does, takes these for it.
            var isDone = false
            while !isDone {
                if let file = try unnamed(in: directory) {
                    try fill(file.raw, bytes, mode)
                    isDone = try rename(file, by: directory.appending(".\(name).new"), to: path)
                } else {
                    try writeNamed(bytes, directory.appending(".\(name).XXXXXX"), to: path, mode)
                    isDone = true
                }
            }
            // The name, too, is data of the directory.
            let number = try result(open(directory.string, O_DIRECTORY | O_CLOEXEC))
            let opened = OwnedDescriptor(FileDescriptor(rawValue: number))
            try result(fsync(opened.raw.rawValue))
        } catch {
            throw HostError(error, what, on: path.string)
        }
    }

    /// A file that goes when it is closed; nil: this file system has none.
    private static func unnamed(in directory: FilePath) throws(Errno) -> OwnedDescriptor? {
        // O_TMPFILE, which is O_DIRECTORY and this.
        let flags = 0o20_000_000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC
        do {
            let number = try result(open(directory.string, flags, 0o600))
            return OwnedDescriptor(FileDescriptor(rawValue: number))
        } catch {
            if error == .notSupportedOnSocket || error == .isDirectory { return nil }
            throw error
        }
    }

    /// False: another writer took the name in between away, and with it the file, for good.
    private static func rename(
        _ file: borrowing OwnedDescriptor, by temporary: FilePath, to path: FilePath
    ) throws(Errno) -> Bool {
        let unnamed = "/proc/self/fd/\(file.raw.rawValue)"
        while linkat(AT_FDCWD, unnamed, AT_FDCWD, temporary.string, AT_SYMLINK_FOLLOW) != 0 {
            let error = Errno(rawValue: errno)
            // Left by one that was killed, or made right now by another, which begins again.
            guard error == .fileExists, unlink(temporary.string) == 0 || errno == ENOENT else {
                throw error
            }
        }
        if Glibc.rename(temporary.string, path.string) == 0 { return true }
        let error = Errno(rawValue: errno)
        if error == .noSuchFileOrDirectory { return false }
        unlink(temporary.string)
        throw error
    }

    private static func writeNamed(
        _ bytes: [UInt8], _ template: FilePath, to path: FilePath, _ mode: FilePermissions
    ) throws(Errno) {
        var temporary = Array(template.string.utf8CString)
        let number = try result(mkstemp(&temporary))
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        do throws(Errno) {
            try fill(file.raw, bytes, mode)
            try result(Glibc.rename(temporary, path.string))
        } catch {
            unlink(temporary)
            throw error
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

    @discardableResult
    private static func result(_ result: CInt) throws(Errno) -> CInt {
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return result
    }
}
