import ArgumentParser
import Lab
import LinkModel
import SystemPackage
import Tuner
import Workloads

struct BenchRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run two arms against each other.",
        discussion: """
            An arm is a profile (a name or a file) or a controller. Arms run in blocks: the runs of \
            a block have the same seed, so the same losses, and an order by chance. With \
            interrupted benchmarks, what was finished can be reported.
            """)

    @Argument(help: "A scenario's name, or the path of its file; none with --link or --path.")
    var scenario: String?

    @Option(help: "A link, such as \"50Mbit rtt 40ms buffer 1bdp loss 0.1%\" (docs/links.md).")
    var link: String?

    @Option(
        help: ArgumentHelp("A real path, to where 'bench serve' listens.", valueName: "host:port"))
    var path: String?

    @Option(help: "The first arm.")
    var a: String?

    @Option(help: "The second arm.")
    var b: String?

    @Option(help: "The traffic, such as bulk:30s,flows=4 (docs/workloads.md).")
    var workload: String?

    @Option(
        help: ArgumentHelp(
            "Shell command that makes the traffic instead, in the arm's cgroup on the right host, "
                + "for as long as the workload says. {server} is the left host's address, {port} "
                + "an arm's own port.", valueName: "command"))
    var command: String?

    @Option(
        help: ArgumentHelp(
            "What --command connects to: started on the left host before, in the foreground.",
            valueName: "command"))
    var serverCommand: String?

    @Option(help: "What makes the emulated link: emulator or netem.")
    var backend: BenchPath.Backend?

    @Option(help: "sequential, coexist or mix.")
    var design: Scenario.Design?

    @Option(help: "Which addresses the connections over an emulated link use: ipv4 or ipv6.")
    var family: Scenario.Family?

    @Option(name: .customLong("repeat"), help: "How many blocks of runs.")
    var repeats: Int?

    @Option(help: ArgumentHelp("What is left out at the start of each run.", valueName: "time"))
    var warmUp: WarmUp?

    @Option(
        help: ArgumentHelp("Differences below it count as none: 2%.", valueName: "percent"))
    var margin: Percentage?

    @Flag(name: .customLong("aa"), help: "Run A against itself as well: what chance alone does.")
    var calibrates = false

    @Option(help: "Of all that is left to chance; by default from the clock.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Where a directory of results is made.", valueName: "directory"))
    var results = "results"

    @Option(help: ArgumentHelp("Also write the HTML report there.", valueName: "file"))
    var html: String?

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var optionPlugins: OptionDirectories
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard [scenario, link, path].compactMap({ $0 }).count == 1 else {
            throw ValidationError("Over what? Give a scenario's name, --link or --path.")
        }
        if let repeats, !(1...1000).contains(repeats) {
            throw ValidationError("--repeat is from 1 to 1000.")
        }
        if serverCommand != nil, command == nil {
            throw ValidationError("--server-command serves a --command.")
        }
        if path != nil {
            guard serverCommand == nil, backend == nil, family == nil else {
                throw ValidationError("With --path, the other end and the link are there already.")
            }
        }
    }

    func run() throws {
        let chosen = try chosenScenario()
        let path = try chosenPath(chosen)
        try Benchmark.requirePrivileges()
        let tuner = try plugins.tuner(optionPlugins)
        var benchmark = Benchmark(
            scenario: chosen, path: path, a: try Arm.find(chosen.a, tuner),
            b: try Arm.find(chosen.b, tuner),
            seed: seed ?? UInt64.random(in: 1...1_000_000), results: FilePath(results))
        benchmark.commands = command.map { LoadCommands(client: $0, server: serverCommand) }
        benchmark.calibrates = calibrates
        benchmark.version = Version.text
        benchmark.command = commandLine(seed: benchmark.seed)
        let (directory, wasInterrupted) = try benchmark.run(tuner) { Console.error($0) }
        let result = try BenchResult(directory)
        let report = try result.html()
        try directory.write(report, named: "report.html")
        if let html { try directory.write(report, to: FilePath(html)) }
        output.print(json: result.json, table: { result.text })
        Console.error("\(directory.path) has the runs and report.html")
        if wasInterrupted {
            throw Failure(
                "interrupted; what was finished is kept", exitCode: Failure.Code.interrupted)
        }
        if result.analysis.blocks == 0 {
            throw Failure("every block was disturbed: there is nothing to compare")
        }
    }

    private func chosenScenario() throws -> Scenario {
        let traffic = try workload.map { try Workload(parsing: $0) }
        var chosen: Scenario
        if let scenario {
            chosen = try ScenarioCatalog().find(scenario)
            if let traffic {
                chosen.workload = traffic
                chosen.warmUp = Scenario.usualWarmUp(traffic)
            }
        } else {
            chosen = Scenario(
                link: link ?? "", workload: try traffic ?? Workload(parsing: "bulk:20s"))
        }
        if let a { chosen.a = a }
        if let b { chosen.b = b }
        if let design { chosen.design = design }
        if let family { chosen.family = family }
        if let repeats { chosen.repeats = repeats }
        if let warmUp { chosen.warmUp = warmUp.seconds }
        if let margin { chosen.margin = margin.share }
        return chosen
    }

    private func chosenPath(_ scenario: Scenario) throws -> BenchPath {
        if let path { return .real(try ServerAddress(parsing: path)) }
        return .emulated(
            try LinkSpec.parse(scenario.link, traces: TraceFiles().bytes), text: scenario.link,
            backend ?? .emulator)
    }

    /// As typed, and with the seed: what repeats it.
    private func commandLine(seed: UInt64) -> String {
        var words = ["tcptune"] + CommandLine.arguments.dropFirst()
        if self.seed == nil { words += ["--seed", "\(seed)"] }
        return words.map(\.shellQuoted).joined(separator: " ")
    }
}

extension String {
    /// As a shell takes it for one word.
    fileprivate var shellQuoted: String {
        let plain = allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "%+,-./:=@_".contains($0))
        }
        return plain && !isEmpty ? self : "'" + replacing("'", with: #"'\''"#) + "'"
    }
}

extension BenchPath.Backend: ExpressibleByArgument {}

extension Scenario.Design: ExpressibleByArgument {}

extension Scenario.Family: ExpressibleByArgument {}

/// A time as people write it: `500ms`, `2s`, 0.
struct WarmUp: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let units = [("ms", 0.001), ("s", 1), ("", 1)]
        guard let (unit, scale) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Double(argument.dropLast(unit.count)), (0...3600).contains(number * scale),
            number == 0 || !unit.isEmpty
        else { return nil }
        seconds = number * scale
    }
}

/// A share as people write it.
struct Percentage: ExpressibleByArgument {
    /// 0 to 1.
    let share: Double

    init?(argument: String) {
        guard argument.hasSuffix("%"), let number = Double(argument.dropLast()),
            (0...100).contains(number)
        else { return nil }
        share = number / 100
    }
}
