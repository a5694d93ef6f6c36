import Foundation
import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import Lab

/// `tcptune bench` as users run it, and a directory for what it makes.
final class BenchCommand {
    let binary: String
    let directory: TemporaryDirectory

    init() throws {
        try KernelTest.require("unshare", "setpriv")
        binary = try #require(Self.binary)
        directory = try TemporaryDirectory()
    }

    var results: FilePath { directory.path.appending("results") }

    /// A quiet path, fast and short enough for runs of a second.
    static let link = ["--link", "20Mbit rtt 20ms buffer 1bdp"]

    /// Beside the tests' own bundle.
    static var binary: String? {
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = here.appendingPathComponent("tcptune").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Starts `bench run`.
    func start(
        _ arguments: [String], _ placement: Placement = .here, through wrapper: [String] = []
    ) throws -> ChildProcess {
        try ChildProcess(
            wrapper + [binary, "bench", "run", "--results", results.string] + arguments, placement)
    }

    /// Runs `bench run` to its end.
    func run(
        _ arguments: [String], _ placement: Placement = .here, through wrapper: [String] = []
    ) throws -> Command.Output {
        var child = try start(arguments, placement, through: wrapper)
        let output = try child.wait(timeout: .seconds(90))
        #expect(try Self.leftovers(of: child.pid, binary) == [])
        return output
    }

    /// The same, which has to come to its end; its results.
    func results(
        of arguments: [String], _ placement: Placement = .here
    ) throws -> (directory: ResultDirectory, output: Command.Output) {
        let known = try made()
        let output = try run(arguments, placement)
        guard output.succeeded || output.standardError.contains("every block was disturbed") else {
            throw TestSupportError("exit \(output.status): \(output.standardError)")
        }
        let new = try made().filter { !known.contains($0) }
        return (ResultDirectory(at: results.appending(try #require(new.first))), output)
    }

    /// Any other `bench` command.
    func bench(_ arguments: String...) throws -> Command.Output {
        try Command.run([binary, "bench"] + arguments)
    }

    /// The file of a profile that can't be faster.
    func profile(rate: String) throws -> String {
        try directory.write(
            """
            apiVersion: tcptune.dev/v1
            kind: Profile
            metadata: { name: at-\(rate.lowercased()) }
            spec:
              congestionControl: { algorithm: cubic }
              socket: { maximumPacingRate: \(rate) }

            """, to: "\(rate).yaml"
        ).string
    }

    /// The result directories' names, oldest first.
    func made() throws -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: results.string).sorted()) ?? []
    }

    /// What is still there of a benchmark that ended: its processes, cgroups and profiles. Its
    /// namespaces and devices have no names, so they go with the processes.
    static func leftovers(of pid: pid_t, _ binary: String) throws -> [String] {
        let cgroup = try CgroupHierarchy.discover().mountPoint.appending("tcptune-bench-\(pid)")
        var left = processes(of: binary)
        if FileManager.default.fileExists(atPath: cgroup.string) { left.append(cgroup.string) }
        let status = try Command.run([binary, "status"]).standardOutput
        if status.contains("tcptune-bench-\(pid)/") { left.append(status) }
        return left
    }

    /// Those that run a program, but for servers, by their command lines.
    static func processes(of binary: String) -> [String] {
        let files = FileManager.default
        return ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { entry in
            guard pid_t(entry) != nil,
                (try? files.destinationOfSymbolicLink(atPath: "/proc/\(entry)/exe")) == binary,
                let words = files.contents(atPath: "/proc/\(entry)/cmdline")
            else { return nil }
            let line = String(decoding: words.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
            return line.contains(" bench serve ") ? nil : "\(entry) \(line)"
        }
    }
}

extension ResultDirectory {
    /// What a busy machine does to a run, which is then made again, three times at most.
    private static let noise = [
        "the forwarding thread was kept", "the kernel dropped", "the load was ready",
        "the kernel's statistics were read",
    ]

    /// The undisturbed runs of a benchmark that came to its end.
    func complete(runs: Int) throws -> [RunRecord] {
        let records = try records()
        #expect(try manifest().isComplete)
        #expect(records.map(\.index) == Array(records.indices))
        #expect(records.count { $0.attempt == 1 } == runs)
        for record in records where !record.disturbances.isEmpty {
            let isNoise = record.disturbances.contains { reason in
                Self.noise.contains { reason.hasPrefix($0) }
            }
            #expect(isNoise, "\(record.disturbances)")
        }
        return records.undisturbed
    }
}
