import ArgumentParser
import HeaderOptions
import SystemPackage

/// Where plug-ins' header options are; the same for every command that takes one by name.
struct OptionDirectories: ParsableArguments {
    @Option(
        name: .customLong("option-dir"),
        help: ArgumentHelp(
            "Where plug-ins' header options are, instead of /etc/tcptune/options.d; can be "
                + "repeated, and the first that has one counts.", valueName: "directory"))
    var directories: [String] = []

    /// Nil: none was given.
    var given: [String]? { directories.isEmpty ? nil : directories }

    var catalog: OptionCatalog {
        given.map { OptionCatalog($0.map { FilePath($0) }) } ?? OptionCatalog()
    }
}
