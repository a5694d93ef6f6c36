import BPFPrograms
import Glibc
import SystemPackage

/// What is where a plug-in is looked for: one, or why it is none.
package struct PluginEntry: Sendable {
    /// The directory's name.
    package let name: String
    package let directory: FilePath
    package let controller: Result<Controller, CongestionControlError>
}

extension ControllerCatalog {
    /// The plug-ins by name, broken ones with the reason; a directory that isn't there has none.
    package func plugins() -> [PluginEntry] {
        var found: [String: FilePath] = [:]
        for directory in pluginDirectories {
            for name in Self.directories(in: directory) where found[name] == nil {
                found[name] = directory.appending(name)
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, directory in
            PluginEntry(
                name: name, directory: directory,
                controller: Result { () throws(CongestionControlError) in
                    Controller(try ControllerPlugin(at: directory))
                })
        }
    }

    /// Where the plug-in of a name is; nil: nowhere.
    func pluginDirectory(named name: String) -> FilePath? {
        guard ControllerPlugin.isName(name) else { return nil }
        return pluginDirectories.map { $0.appending(name) }.first {
            (try? Stat($0, followTargetSymlink: false)) != nil
        }
    }

    /// All but files and what is hidden: a symbolic link is listed, and then refused.
    private static func directories(in parent: FilePath) -> [String] {
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
