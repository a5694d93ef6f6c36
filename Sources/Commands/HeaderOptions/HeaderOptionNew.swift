import ArgumentParser
import HeaderOptions
import Profiles
import SystemPackage
import Workshop

struct HeaderOptionNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a plug-in that works, to start from.",
        discussion: "docs/writing-an-option.md leads from there to an option of your own.")

    @Argument(help: "The option's name: a-z, 0-9 and '-', at most 31 characters.")
    var name: String

    @Option(help: ArgumentHelp("Where its directory is made.", valueName: "directory"))
    var directory = "."

    @OptionGroup var plugins: OptionDirectories

    func run() throws {
        let taken = HeaderOptionType.allCases.map(\.rawValue) + plugins.catalog.all().map(\.name)
        let plugin = try Scaffold(
            name, .option, in: FilePath(directory), taken: Set(taken))
        try plugin.make()
        let directory = plugin.directory
        Console.error("made \(directory); compile it with: tcptune option build \(directory)")
    }
}
