import Glibc
import Host
import SystemPackage
import TestSupport
import Workloads

/// A server on a thread of its own, in a namespace or here.
final class RunningServer: Sendable {
    let port: UInt16
    private let lifeline: OwnedDescriptor
    private let task: Background<LoadReport>

    init(
        in namespace: FilePath? = nil, _ change: (inout LoadServer.Options) -> Void = { _ in }
    ) throws {
        var options = LoadServer.Options()
        options.address = "127.0.0.1"
        options.recordsAfter = 0.1
        change(&options)
        // One end of a pair is both the server's lifeline and its output.
        var pair: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            throw Errno(rawValue: errno)
        }
        let end = FileDescriptor(rawValue: pair[1])
        let held = FileDescriptor(rawValue: pair[0])
        lifeline = OwnedDescriptor(held)
        options.lifeline = end.rawValue
        options.output = end.rawValue
        let asked = options
        task = try Background {
            defer { try? end.close() }
            return try inside(namespace) { () throws(WorkloadError) in
                try LoadServer.run(asked)
            }
        }
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            let count = try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { space in
                let count = try held.read(into: space)
                line += space[..<count]
                return count
            }
            // It failed, and says how.
            if count == 0 { _ = try task.value() }
        }
        let words = String(decoding: line.dropLast(), as: UTF8.self).split(separator: " ")
        guard words.first == "ready", let port = words.last.flatMap({ UInt16($0) }) else {
            throw TestSupportError("not ready: \(words)")
        }
        self.port = port
    }

    /// Closes the lifeline and waits for the report.
    func stop() throws -> LoadReport {
        shutdown(lifeline.raw.rawValue, CInt(SHUT_WR))
        return try task.value()
    }
}

/// Something on a thread of its own, whose result is waited for.
final class Background<Value>: Sendable {
    nonisolated(unsafe) private let box: Box
    private let thread: Thread

    private final class Box {
        var value: Value?
    }

    init(_ body: @escaping @Sendable () throws -> Value) throws {
        nonisolated(unsafe) let box = Box()
        self.box = box
        thread = try Thread { box.value = try body() }
    }

    /// Sends its thread a signal.
    func signal(_ signal: CInt) {
        thread.signal(signal)
    }

    func value() throws -> Value {
        try thread.join()
        guard let value = box.value else { throw TestSupportError("no result") }
        return value
    }
}

/// Runs a workload against a server on loopback.
func run(
    _ workload: String, _ direction: Direction = .down, to port: UInt16,
    host: String = "127.0.0.1", in namespace: FilePath? = nil,
    _ change: (inout LoadClient.Options) -> Void = { _ in }
) throws -> LoadReport {
    var options = LoadClient.Options(
        workload: try Workload(parsing: workload),
        addresses: [ServerAddress(host: host, port: port)])
    options.direction = direction
    options.recordsAfter = 0.1
    change(&options)
    let asked = options
    // A thread that the test library doesn't share.
    return try Background {
        try inside(namespace) { () throws(WorkloadError) in try LoadClient.run(asked) }
    }.value()
}

private func inside<Value>(
    _ namespace: FilePath?, _ body: () throws(WorkloadError) -> Value
) throws -> Value {
    guard let namespace else { return try body() }
    return try NetworkNamespace.open(namespace).perform(body).get()
}
