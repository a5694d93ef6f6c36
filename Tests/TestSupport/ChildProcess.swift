import CShim
import Glibc
import Host
import SystemPackage

/// A running program, which is killed when the value goes.
package struct ChildProcess: ~Copyable {
    package let pid: pid_t
    private let name: String
    private let output: OwnedDescriptor
    private let errors: OwnedDescriptor
    private var isRunning = true

    /// Starts `arguments[0]`, found in PATH, with `environment` added to this process's.
    package init(
        _ arguments: [String], _ placement: Placement = .here, input: [UInt8] = [],
        environment: [String: String] = [:]
    ) throws {
        let name = arguments.joined(separator: " ")
        // Files instead of pipes: nobody has to read while the child writes.
        let source = try memoryFile()
        let output = try memoryFile()
        let errors = try memoryFile()
        try source.raw.writeAll(input)
        try source.raw.seek(offset: 0, from: .start)
        let stdio = [source.raw.rawValue, output.raw.rawValue, errors.raw.rawValue]
        pid = try placement.withDescriptors { placement in
            try withCStrings(arguments) { argv in
                try withCStrings(mergedEnvironment(environment)) { envp in
                    try shim("cannot start \(name)", cshim_spawn_in(&placement, argv, envp, stdio))
                }
            }
        }
        self.name = name
        self.output = output
        self.errors = errors
    }

    deinit {
        if isRunning {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    package func signal(_ signal: CInt) throws {
        try call("cannot signal \(name)", kill(pid, signal))
    }

    /// What it has written to its standard output so far.
    package func standardOutput() throws -> String {
        try contents(output.raw)
    }

    /// What it has written to its standard error so far.
    package func standardError() throws -> String {
        try contents(errors.raw)
    }

    /// Waits for its end; throws when that isn't within `timeout`, and leaves it running.
    package mutating func wait(timeout: Duration = .seconds(30)) throws -> Command.Output {
        let limit = CInt(timeout / .milliseconds(1))
        guard try shim("cannot wait for \(name)", cshim_wait_exit(pid, limit)) == 1 else {
            throw TestSupportError("\(name) still runs after \(timeout)")
        }
        var status: CInt = 0
        try call("cannot reap \(name)", waitpid(pid, &status, 0))
        isRunning = false
        let signal = status & 0x7f
        return Command.Output(
            status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
            standardOutput: try contents(output.raw), standardError: try contents(errors.raw))
    }
}

private func memoryFile() throws -> OwnedDescriptor {
    OwnedDescriptor(
        FileDescriptor(rawValue: try shim("cannot make a file", cshim_memory_file())))
}

/// What is in a file, wherever its offset is: that one belongs to the child.
private func contents(_ file: FileDescriptor) throws -> String {
    var bytes: [UInt8] = []
    while true {
        let chunk = try [UInt8](unsafeUninitializedCapacity: 65536) { space, count in
            count = try file.read(
                fromAbsoluteOffset: Int64(bytes.count), into: UnsafeMutableRawBufferPointer(space))
        }
        if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
        bytes += chunk
    }
}

private func mergedEnvironment(_ added: [String: String]) -> [String] {
    var merged: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        let pair = String(cString: entry).split(separator: "=", maxSplits: 1)
        if pair.count == 2 { merged[String(pair[0])] = String(pair[1]) }
        next += 1
    }
    merged.merge(added) { $1 }
    return merged.map { "\($0.key)=\($0.value)" }
}

/// Lends a NULL-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) throws -> Result
) rethrows -> Result {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return try copies.withUnsafeBufferPointer { try body($0.baseAddress!) }
}
