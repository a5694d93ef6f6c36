import FoundationEssentials
import Glibc
import Host
import Workloads

/// A load generator in a process of its own, so that its sockets belong to an arm's cgroup and a
/// host's namespace: this binary, started again.
final class LoadProcess {
    private let process: PlacedProcess
    /// For people.
    let name: String

    /// The subcommand that runs a ``LoadServer`` or a ``LoadClient`` with options as JSON.
    static let subcommand = ["bench", "load"]

    private init(
        _ arguments: [String], _ name: String, cgroup: Cgroup?, namespace: NetworkNamespace?
    ) throws(BenchError) {
        self.name = name
        do throws(HostError) {
            process = try PlacedProcess(arguments, cgroup: cgroup, namespace: namespace)
        } catch {
            throw BenchError(error)
        }
    }

    static func server(
        _ options: LoadServer.Options, binary: String, cgroup: Cgroup, namespace: NetworkNamespace?
    ) throws(BenchError) -> LoadProcess {
        try LoadProcess(
            [binary] + subcommand + ["--server", json(options)], "load server", cgroup: cgroup,
            namespace: namespace)
    }

    static func client(
        _ options: LoadClient.Options, binary: String, cgroup: Cgroup, namespace: NetworkNamespace?
    ) throws(BenchError) -> LoadProcess {
        var options = options
        options.lifeline = 0
        return try LoadProcess(
            [binary] + subcommand + ["--client", json(options)], "load client", cgroup: cgroup,
            namespace: namespace)
    }

    private static func json(_ options: some Encodable) -> String {
        guard let data = try? JSONEncoder().encode(options) else {
            preconditionFailure("options hold finite numbers only")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits until a server listens, or a client waits for its time.
    func waitUntilReady() throws {
        let line = try process.readLine(within: 10) ?? ""
        guard line.hasPrefix("ready") else {
            throw BenchError(.failed, "the \(name) doesn't start: '\(line)'")
        }
    }

    /// Ends a server, or a client before its time.
    func stop() {
        process.closeInput()
    }

    /// Whether it has closed its output; what it wrote is kept. Waits at most for a time.
    func hasEnded(within seconds: Double) throws -> Bool {
        try process.drain(within: seconds)
    }

    /// What it saw. Waits for its end.
    func report() throws -> LoadReport {
        let (output, status) = try process.finish()
        guard status == 0 else {
            throw BenchError(.failed, "the \(name) ended with status \(status)")
        }
        do {
            return try LoadReport(json: output)
        } catch {
            throw BenchError(.failed, "the \(name)'s report can't be read: \(error)")
        }
    }
}
