import ArgumentParser
import Workloads

struct BenchServe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the other end of a benchmark over a real path.",
        discussion: "Runs until SIGTERM or Ctrl-C. Anybody who reaches the port can make it send.")

    @Option(help: "The address to listen on; :: takes IPv4, too.")
    var address = "::"

    @Option(help: "The port.")
    var port: UInt16 = 5202

    @Option(help: ArgumentHelp("More connections at once are turned away.", valueName: "number"))
    var connections = 16_384

    func run() throws {
        var options = LoadServer.Options()
        options.address = address
        options.port = port
        options.maximumConnections = connections
        options.lifeline = nil
        options.recordsAfter = nil
        let report = try LoadServer.run(options)
        Console.error("served \(report.connections) connections")
    }
}

/// The load of one process of a run: what a benchmark starts in an arm's cgroup.
struct BenchLoad: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "load", shouldDisplay: false)

    @Option(help: "A server's options, as JSON.")
    var server: String?

    @Option(help: "A client's options, as JSON.")
    var client: String?

    func run() throws {
        if let server {
            write(try LoadServer.run(try Self.decode(server)))
        } else if let client {
            Console.write("ready\n")
            write(try LoadClient.run(try Self.decode(client)))
        } else {
            throw ValidationError("--server or --client")
        }
    }

    private func write(_ report: LoadReport) {
        Console.write(String(decoding: report.json(), as: UTF8.self))
    }
}
