import ArgumentParser
import Lab
import SystemPackage

struct BenchCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare a benchmark with an earlier one of the same path and traffic.")

    enum Trouble: String, ExpressibleByArgument, CaseIterable {
        case regression
    }

    @Argument(help: "The directory of the earlier benchmark.")
    var old: String

    @Argument(help: "The directory of the later benchmark.")
    var new: String

    @Option(help: "Whose runs are compared: a or b.")
    var arm = "b"

    @Option(help: "regression: exit with 2 if a metric is worse.")
    var failOn: Trouble?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ["a", "b"].contains(arm) else { throw ValidationError("--arm is a or b.") }
    }

    func run() throws {
        let earlier = try BenchResult(ResultDirectory(at: FilePath(old)))
        let later = try BenchResult(ResultDirectory(at: FilePath(new)))
        let analysis = try later.compared(with: earlier, arm: arm)
        output.print(json: JSON(analysis)) {
            TextReport.table(analysis.comparisons, a: "OLD", b: "NEW")
        }
        let worse = analysis.comparisons.filter { $0.verdict == .worse }.map(\.metric)
        if failOn == .regression, !worse.isEmpty {
            throw Failure(
                "worse than before: \(worse.joined(separator: ", "))",
                exitCode: Failure.Code.regression)
        }
    }
}
