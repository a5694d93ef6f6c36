import ArgumentParser
import Lab
import SystemPackage

struct BenchReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report a benchmark from its files.")

    @Argument(help: "The directory that 'bench run' made.")
    var results: String

    @Option(help: ArgumentHelp("Write the HTML report there.", valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp("Write both arms' cwnd over time there, as SVG.", valueName: "file"))
    var cwnd: String?

    @Option(
        help: ArgumentHelp(
            "Simulate so many A/A comparisons on each arm's runs; prints JSON.",
            valueName: "number", visibility: .hidden))
    var calibrate: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let calibrate, !(2...1_000_000).contains(calibrate) {
            throw ValidationError("--calibrate is from 2 to 1000000.")
        }
    }

    func run() throws {
        let directory = ResultDirectory(at: FilePath(results))
        let result = try BenchResult(directory)
        if let calibrate {
            func simulated(_ arm: String) -> JSON {
                result.simulateNull(arm: arm, comparisons: calibrate).map { JSON($0) } ?? .null
            }
            Console.write(JSON.object(["a": simulated("a"), "b": simulated("b")]).text())
            return
        }
        if let html {
            try directory.write(try result.html(), to: FilePath(html))
        }
        if let cwnd {
            guard let plot = try result.cwndPlot() else {
                throw Failure("\(results) has no series of cwnd to plot")
            }
            try directory.write(plot, to: FilePath(cwnd))
        }
        output.print(json: result.json, table: { result.text })
    }
}
