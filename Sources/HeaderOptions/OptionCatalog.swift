import PluginFiles
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
        PluginDirectories(directories).find(name)
    }

    /// All, by name, broken ones with the reason.
    package func all() -> [(name: String, plugin: Result<OptionPlugin, OptionError>)] {
        PluginDirectories(directories).all().map { name, path in
            (name, Result { () throws(OptionError) in try OptionPlugin(at: path) })
        }
    }
}
