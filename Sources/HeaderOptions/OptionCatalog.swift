import Glibc
import SystemPackage

/// Where plug-ins' header options are looked for by name.
package struct OptionCatalog: Sendable {
    package let directories: [FilePath]

    package init(_ directories: [FilePath] = [OptionPlugin.defaultDirectory]) {
        self.directories = directories
    }

    /// A plug-in by name, or, with a "/" in it, the one in a directory.
    package func find(_ name: String) throws(OptionError) -> OptionPlugin {
        if name.contains("/") { return try OptionPlugin(at: FilePath(name)) }
        if let path = directory(of: name) { return try OptionPlugin(at: path) }
        let places = directories.map(\.string).joined(separator: ", ")
        throw OptionError(
            .unknown, name, "there is no plug-in of this name in \(places)",
            advice: "'tcptune option list' shows what there is, 'tcptune option new' makes one")
    }

    /// Where one of this name is, whatever it is; nil: nowhere.
    package func directory(of name: String) -> FilePath? {
        directories.lazy.map { $0.appending(name) }
            .first { (try? Stat($0, followTargetSymlink: false)) != nil }
    }

    /// All, by name, broken ones with the reason.
    package func all() -> [(name: String, plugin: Result<OptionPlugin, OptionError>)] {
        var found: [String: FilePath] = [:]
        for directory in directories {
            for name in Self.names(in: directory) where found[name] == nil {
                found[name] = directory.appending(name)
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, path in
            (name, Result { () throws(OptionError) in try OptionPlugin(at: path) })
        }
    }

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
