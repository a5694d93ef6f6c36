import ArgumentParser
import CongestionControl
import SystemPackage
import Tuner

/// Where plug-in controllers are; the same for every command that takes one by name.
struct PluginOptions: ParsableArguments {
    @Option(
        name: .customLong("plugin-dir"),
        help: ArgumentHelp(
            "Where plug-in controllers are, instead of /etc/tcptune/cc.d; can be repeated, and the "
                + "first that has one counts.", valueName: "directory"))
    var directories: [String] = []

    var catalog: ControllerCatalog {
        directories.isEmpty
            ? ControllerCatalog()
            : ControllerCatalog(pluginDirectories: directories.map { FilePath($0) })
    }

    func tuner(_ options: OptionDirectories? = nil) throws -> Tuner {
        try Tuner(
            pluginDirectories: directories.isEmpty ? nil : directories,
            optionDirectories: options?.given)
    }
}
