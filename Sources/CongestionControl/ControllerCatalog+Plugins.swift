import BPFPrograms
import PluginFiles
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
        PluginDirectories(pluginDirectories).all().map { name, directory in
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
        return PluginDirectories(pluginDirectories).find(name)
    }
}
