import ArgumentParser
import HeaderOptions
import Host
import SystemPackage
import Tuner

struct HeaderOptionCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a plug-in, and try it on a connection of its own.",
        discussion: """
            What can be seen without the kernel, then a trial load, then a connection over the \
            loopback interface, both ends in a cgroup of its own, on which a profile has the \
            option: a value has to come. Nothing stays: no profile, no cgroup, no connection.
            """)

    @Argument(help: "The option's name, or the path of a plug-in's directory.")
    var path: String

    @OptionGroup var plugins: OptionDirectories
    @OptionGroup var output: OutputOptions
    @OptionGroup var verbose: VerboseOption

    /// After those of the plug-in.
    private static let connection = "connection"

    func run() throws {
        try KernelFeature.requireModernKernel()
        var steps = CheckSteps(
            OptionPlugin.Check.allCases.map(\.rawValue) + [Self.connection],
            prints: output.output == .table)
        do {
            try check(&steps)
        } catch {
            steps.fail(
                (error as? OptionError)?.check?.rawValue,
                because: (error as? Failure)?.message ?? "\(error)")
            steps.end(output)
            throw error
        }
        steps.end(output)
    }

    private func check(_ steps: inout CheckSteps) throws {
        let plugin = try OptionPlugin(at: place()) { steps.pass($0.rawValue, $1) }
        try plugin.tryLoading()
        steps.pass(OptionPlugin.Check.verifier.rawValue, "accepted")
        steps.pass(Self.connection, try OptionTrial(plugin).run())
    }

    /// A name's directory is the first that has it.
    private func place() throws -> FilePath {
        path.contains("/") ? FilePath(path) : plugins.catalog.directory(of: path) ?? FilePath(path)
    }
}
