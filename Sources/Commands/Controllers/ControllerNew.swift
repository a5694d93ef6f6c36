import ArgumentParser
import CongestionControl
import SystemPackage
import Workshop

struct ControllerNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a plug-in that works, to start from.",
        discussion: "docs/writing-a-controller.md leads from there to a controller of your own.")

    @Argument(help: "The controller's name: an identifier of at most 15 characters.")
    var name: String

    @Option(help: ArgumentHelp("Where its directory is made.", valueName: "directory"))
    var directory = "."

    func run() throws {
        let taken = ControllerCatalog.linux.union(try ControllerCatalog().all().map(\.name))
        let plugin = try Scaffold(name, in: FilePath(directory), taken: taken)
        try plugin.make()
        let directory = plugin.directory
        Console.error("made \(directory); compile it with: tcptune cc build \(directory)")
    }
}
