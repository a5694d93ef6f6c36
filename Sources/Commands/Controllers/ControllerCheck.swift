import ArgumentParser
import CongestionControl
import Host
import SystemPackage
import Tuner
import Workshop

struct ControllerCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a plug-in, and try it on connections of its own.",
        discussion: """
            What can be seen without the kernel, then a trial load, then transfers over emulated \
            links in network namespaces of its own, for which the controller is registered under \
            another name. Nothing stays: no registration, no connection. Takes some 4 s.
            """)

    @Argument(help: "The plug-in's directory.")
    var path: String

    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var verbose: VerboseOption

    func run() throws {
        try KernelFeature.requireModernKernel()
        var steps = CheckSteps.forController(prints: output.output == .table)
        do {
            try check(&steps)
        } catch {
            steps.fail(
                (error as? CongestionControlError)?.check?.rawValue,
                because: (error as? Failure)?.message ?? "\(error)")
            steps.end(output, with: steps.transfers)
            throw error
        }
        steps.end(output, with: steps.transfers)
    }

    private func check(_ steps: inout CheckSteps) throws {
        let plugin = try ControllerPlugin(at: FilePath(path)) { steps.pass($0.rawValue, $1) }
        let knobs = try plugin.knobs(parameters.values)
        try plugin.tryLoading(with: knobs) { steps.pass($0.rawValue, $1) }
        let run = SmokeRun(plugin.name, object: plugin.object, with: knobs)
        for outcome in try run.run(Interruption(), finished: { steps.add($0) }) {
            guard let failure = outcome.failure else { continue }
            throw Failure(
                "congestion controller '\(plugin.name)': \(outcome.transfer.name) "
                    + "(\(outcome.transfer.link)): \(failure)\(CheckSteps.clamps(outcome))",
                exitCode: Failure.Code.invalidInput)
        }
    }
}
