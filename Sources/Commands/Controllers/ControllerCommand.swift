import ArgumentParser

struct ControllerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cc",
        abstract: "Congestion controllers: which there are, their parameters, and your own.",
        subcommands: [
            ControllerList.self, ControllerShow.self, ControllerLoad.self, ControllerUnload.self,
            ControllerNew.self, ControllerBuild.self, ControllerCheck.self,
        ])
}
