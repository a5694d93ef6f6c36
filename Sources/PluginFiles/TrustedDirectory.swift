import Glibc
import Host
import SystemPackage

/// A directory that nobody but root can have put things into.
///
/// It is opened component by component from `/`, through no symbolic link, and what is checked is
/// what is open: nothing can be exchanged between a look at it and its use.
struct TrustedDirectory: ~Copyable {
    /// Absolute.
    let path: FilePath
    private let descriptor: OwnedDescriptor
    private let home: PluginHome

    init(_ path: FilePath, for home: PluginHome) throws(PluginRefusal) {
        let path = try Self.absolute(path, home)
        var opened: FilePath = "/"
        var descriptor = try Self.open(opened, AT_FDCWD, "/", home)
        for component in path.components {
            opened.append(component)
            descriptor = try Self.open(opened, descriptor.raw.rawValue, component.string, home)
        }
        self.init(path: path, descriptor: descriptor, home: home)
    }

    private init(path: FilePath, descriptor: consuming OwnedDescriptor, home: PluginHome) {
        self.path = path
        self.descriptor = descriptor
        self.home = home
    }

    /// A file in it; nil: there is none of this name.
    ///
    /// - Parameter limit: in bytes.
    func read(_ name: String, limit: Int) throws(PluginRefusal) -> [UInt8]? {
        let path = self.path.appending(name)
        // Without waiting for somebody to write into a named pipe.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let number = openat(descriptor.raw.rawValue, name, flags)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.unreadable(path, Errno(rawValue: errno), home)
        }
        let file = OwnedDescriptor(FileDescriptor(rawValue: number))
        let stat = try Self.check(file.raw, path, home)
        guard stat.type == .regular else {
            throw PluginRefusal(.ownership, "\(path) is not a regular file")
        }
        guard stat.size <= limit else {
            throw PluginRefusal(.ownership, "\(path) has \(stat.size) bytes, more than \(limit)")
        }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let room = min(1 << 16, limit + 1 - bytes.count)
            var failure: Errno?
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { space, count in
                do {
                    count = try file.raw.read(into: UnsafeMutableRawBufferPointer(space))
                } catch {
                    failure = error as? Errno ?? .ioError
                }
            }
            if let failure { throw Self.unreadable(path, failure, home) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw PluginRefusal(.ownership, "\(path) grows while it is read")
    }

    private static func absolute(_ path: FilePath, _ home: PluginHome) throws(PluginRefusal)
        -> FilePath
    {
        if path.isAbsolute { return path.lexicallyNormalized() }
        guard let here = getcwd(nil, 0) else {
            throw unreadable(path, Errno(rawValue: errno), home)
        }
        defer { free(here) }
        return FilePath(platformString: here).pushing(path).lexicallyNormalized()
    }

    private static func open(
        _ path: FilePath, _ parent: CInt, _ name: String, _ home: PluginHome
    ) throws(PluginRefusal) -> OwnedDescriptor {
        let number = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw unreadable(path, Errno(rawValue: errno), home) }
        let directory = OwnedDescriptor(FileDescriptor(rawValue: number))
        _ = try check(directory.raw, path, home)
        return directory
    }

    private static func check(
        _ descriptor: FileDescriptor, _ path: FilePath, _ home: PluginHome
    ) throws(PluginRefusal) -> Stat {
        let stat: Stat
        do { stat = try Stat(descriptor) } catch { throw unreadable(path, error, home) }
        guard stat.userID.rawValue == 0 else {
            throw PluginRefusal(
                .ownership, "\(path) belongs to user \(stat.userID.rawValue), not to root",
                advice: "chown root:root \(path)")
        }
        // A sticky directory too: others' files can't be renamed in it, but new ones be made.
        guard stat.permissions.isDisjoint(with: [.groupWrite, .otherWrite]) else {
            let who = stat.permissions.contains(.otherWrite) ? "everybody" : "its group"
            throw PluginRefusal(
                .ownership, "\(path) can be written by \(who), not by root alone",
                advice: stat.permissions.contains(.saveText)
                    ? "keep the plug-in elsewhere, such as in \(home.directory)"
                    : "chmod go-w \(path)")
        }
        return stat
    }

    private static func unreadable(
        _ path: FilePath, _ errno: Errno, _ home: PluginHome
    ) -> PluginRefusal {
        if let stat = try? Stat(path, followTargetSymlink: false), stat.type == .symbolicLink {
            return PluginRefusal(
                .ownership, "\(path) is a symbolic link", advice: "give the path it leads to")
        }
        let advice: String? =
            switch errno {
            case .noSuchFileOrDirectory: "'\(home.maker)' makes a plug-in"
            case .notDirectory: "give the plug-in's directory"
            default: nil
            }
        return PluginRefusal(.ownership, "\(path) can't be read: \(errno)", advice: advice)
    }
}
