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

    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = ResultDirectory(at: FilePath(results))
        let result = try BenchResult(directory)
        if let html {
            try directory.write(try result.html(), to: FilePath(html))
        }
        output.print(json: result.json, table: { result.text })
    }
}
