import ArgumentParser

struct HeaderOptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "option",
        abstract: "TCP options that a profile has packets carry: which there are, and their bytes.",
        subcommands: [HeaderOptionList.self, HeaderOptionShow.self])
}
