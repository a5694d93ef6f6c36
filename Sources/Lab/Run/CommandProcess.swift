import Host
import Workloads

/// A shell command of an arm. It ends with the value, and all that it started.
final class CommandProcess {
    private let text: String
    private let process: PlacedProcess

    /// - Parameter server: what `{server}` and `{port}` stand for.
    init(
        _ template: String, server: ServerAddress, cgroup: Cgroup, namespace: NetworkNamespace?
    ) throws {
        text = template.replacing("{server}", with: server.host)
            .replacing("{port}", with: "\(server.port)")
        // What it says is for people, as words are.
        process = try PlacedProcess(
            ["/bin/sh", "-c", "exec </dev/null >&2\n" + text], cgroup: cgroup,
            namespace: namespace, isContained: true)
    }

    func hasExited(within seconds: Double) throws -> Bool {
        try process.hasExited(within: seconds)
    }

    /// Waits until another socket than those before listens in a namespace.
    func waitUntilListening(
        in namespace: NetworkNamespace, before: Int, _ interruption: Interruption
    ) throws {
        for _ in 0..<500 {
            if try namespace.listeners() > before { return }
            if try process.hasExited(within: 0.01) { break }
            try interruption.check()
        }
        throw BenchError(
            .failed, "the server command '\(text)' ended, or didn't listen on TCP within 5 s")
    }

    /// Its exit status; 0 too where it still runs and is ended.
    ///
    /// Throws where the shell can't run it: no other run would go better.
    func end() throws -> CInt {
        guard try process.hasExited(within: 0) else { return 0 }
        let status = try process.finish().status
        guard status != 126, status != 127 else {
            throw BenchError(
                .failed, "the command '\(text)' can't be run",
                advice: "the shell's words are above")
        }
        return status
    }
}
