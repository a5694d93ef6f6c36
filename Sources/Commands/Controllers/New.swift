import ArgumentParser
import CongestionControl
import SystemPackage
import Workshop

struct NewController: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a plug-in that works, to start from.",
        discussion: "docs/writing-a-controller.md leads from there to a controller of your own.")

    @Argument(help: "The controller's name: an identifier of at most 15 characters.")
    var name: String

    @Option(help: ArgumentHelp("Where its directory is made.", valueName: "directory"))
    var directory = "."

    func run() throws {
        let taken = Set(try ControllerCatalog().all().map(\.name))
        let scaffold = try Scaffold(name, in: FilePath(directory), taken: taken)
        try scaffold.make()
        Console.error("\(scaffold.directory) is a controller: tcptune cc build \(scaffold.directory)")
    }
}
