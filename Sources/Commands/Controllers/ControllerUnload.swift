import ArgumentParser
import SystemPackage
import Tuner

struct ControllerUnload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload",
        abstract: "Unregister a controller that 'cc load' registered.",
        discussion: "Changes nothing while a profile or a connection uses it.")

    @Argument(help: "The controller's name, or the path that it was loaded from.")
    var controller: String

    @Flag(name: .long, help: "Give open connections the host's default controller first.")
    var existing = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = FilePath(controller).lexicallyNormalized().lastComponent?.string ?? controller
        let released = try Tuner().unload(name, existing: existing)
        output.print(
            json: .object([
                "name": .string(name), "released": released.map { .integer($0) } ?? .null,
            ])
        ) {
            (released.map { "released \($0) open connections\n" } ?? "") + "unloaded \(name)\n"
        }
    }
}
