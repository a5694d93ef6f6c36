import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Compare two profiles or controllers over an emulated or a real path.",
        subcommands: [
            BenchList.self, BenchRun.self, BenchReport.self, BenchCompare.self, BenchServe.self,
            BenchLoad.self,
        ])
}
