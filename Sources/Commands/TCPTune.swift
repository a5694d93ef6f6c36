import ArgumentParser

/// The `tcptune` command.
package struct TCPTune: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tcptune",
        abstract: "Tunes TCP per workload: profiles on cgroups, measured where they run.",
        version: Version.text,
        subcommands: [
            Apply.self, Detach.self, Status.self, Stats.self, Connections.self, Events.self,
            Export.self, PodsCommand.self, AgentCommand.self, ProfileCommand.self,
            ControllerCommand.self, HeaderOptionCommand.self, BenchCommand.self, Doctor.self,
            GarbageCollection.self,
            VersionCommand.self,
        ])

    package init() {}

    /// Parses, runs and ends with the designed exit code.
    package static func runAndExit(_ arguments: [String]? = nil) -> Never {
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            exit(withError: nil)
        } catch {
            guard let failure = Failure(error) else { exit(withError: error) }
            failure.report(verbose: CommandLine.arguments.contains("--verbose"))
            exit(withError: ExitCode(failure.exitCode))
        }
    }
}
