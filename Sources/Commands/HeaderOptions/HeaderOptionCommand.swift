import ArgumentParser

struct HeaderOptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "option",
        abstract: "TCP options that a profile has packets carry: which there are, and your own.",
        subcommands: [
            HeaderOptionList.self, HeaderOptionShow.self, HeaderOptionNew.self,
            HeaderOptionBuild.self, HeaderOptionCheck.self, HeaderOptionExchange.self,
        ])
}
