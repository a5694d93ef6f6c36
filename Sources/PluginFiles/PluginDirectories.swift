import Glibc
import SystemPackage

/// Directories with plug-ins, each a directory of its own; of one name the first counts.
package struct PluginDirectories: Sendable {
    package let paths: [FilePath]

    package init(_ paths: [FilePath]) {
        self.paths = paths
    }

    /// What has this name, whatever it is; nil: nothing.
    package func find(_ name: String) -> FilePath? {
        paths.lazy.map { $0.appending(name) }
            .first { (try? Stat($0, followTargetSymlink: false)) != nil }
    }

    /// All, by name; a directory that isn't there has none.
    package func all() -> [(name: String, path: FilePath)] {
        var found: [String: FilePath] = [:]
        for directory in paths {
            for name in Self.names(in: directory) where found[name] == nil {
                found[name] = directory.appending(name)
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// All but files and what is hidden: a symbolic link is listed, and then refused.
    private static func names(in parent: FilePath) -> [String] {
        guard let stream = parent.withPlatformString({ opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix("."), Int(entry.pointee.d_type) != Int(DT_REG) {
                names.append(name)
            }
        }
        return names
    }
}
