import Host
import Profiles
import SystemPackage

/// Tells when the configuration, or a profile that it can be about, has other content.
///
/// The directories are watched rather than the files: editors replace files, and Kubernetes
/// replaces the symbolic link through which a ConfigMap's are seen.
package struct ConfigurationWatch: ~Copyable {
    private let file: FilePath
    private let profileDirectories: [FilePath]
    private var inotify: Inotify
    private var content: [String: UInt64] = [:]

    /// - Parameter profileDirectories: all profiles there count.
    package init(_ file: FilePath, profileDirectories: [FilePath]) throws(HostError) {
        self.file = file
        self.profileDirectories = profileDirectories
        inotify = try Inotify()
    }

    /// Readable when something has happened in the directories.
    package var descriptor: FileDescriptor { inotify.descriptor }

    /// To be called when the descriptor is readable: takes the events, whatever they are.
    package mutating func drain() { _ = try? inotify.events() }

    /// Whether anything differs from what it was at the last call.
    ///
    /// - Parameter profiles: paths of profiles elsewhere.
    package mutating func hasChanged(profiles: [String]) -> Bool {
        let others = profiles.map { FilePath($0) }
        // First, so that nothing happens unseen in between.
        for path in [file] + others { watch(path.removingLastComponent()) }
        for directory in profileDirectories where !watch(directory) {
            watch(directory.removingLastComponent())
        }
        var found: [String: UInt64] = [:]
        for path in [file] + others + profileDirectories.flatMap(Self.profiles) {
            guard let bytes = try? Files.bytes(path, what: "") else { continue }
            found[path.string] = FNV1a.hash(bytes)
        }
        defer { content = found }
        return found != content
    }

    @discardableResult
    private mutating func watch(_ directory: FilePath) -> Bool {
        let directory: FilePath = directory.isEmpty ? "." : directory
        return (try? inotify.watch(directory, for: [.appeared, .vanished, .changed])) != nil
    }

    private static func profiles(in directory: FilePath) -> [FilePath] {
        let entries = (try? Files.entries(in: directory, what: "")) ?? []
        return entries.filter { $0.name.hasSuffix(".yaml") || $0.name.hasSuffix(".yml") }
            .map { directory.appending($0.name) }
    }
}
