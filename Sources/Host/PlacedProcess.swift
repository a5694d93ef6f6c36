import CShim
import Glibc
import SystemPackage

/// A program that runs in a cgroup and a network namespace, with pipes to its standard input and
/// output. It is killed and reaped when the last reference goes.
package final class PlacedProcess {
    package let pid: pid_t
    private let name: String
    private var input: OwnedDescriptor?
    private let output: OwnedDescriptor
    /// What was read of the output and not taken yet.
    private var unread: [UInt8] = []
    private var status: CInt?

    private static let what = "cannot run the program"

    /// Starts `arguments[0]`, found in PATH; nil: this process's own cgroup or namespace. Standard
    /// error is this process's.
    ///
    /// - Parameter isContained: it dies with this thread, and all that it starts dies with it
    ///   (CAP_SYS_ADMIN): for programs that don't watch their input.
    package init(
        _ arguments: [String], cgroup: Cgroup? = nil, namespace: NetworkNamespace? = nil,
        isContained: Bool = false
    ) throws(HostError) {
        name = arguments.joined(separator: " ")
        let input = try Pipe()
        let output = try Pipe()
        let stdio = [input.reading.raw.rawValue, output.writing.raw.rawValue, STDERR_FILENO]
        // Without one, any descriptor takes its place and isn't looked at.
        let directory =
            if let cgroup {
                try cgroup.open()
            } else {
                try OwnedDescriptor.open("/", what: Self.what)
            }
        let spawn = { (namespace: CInt) -> pid_t in
            var placement = cshim_placement(
                cgroup_fd: cgroup == nil ? -1 : directory.raw.rawValue, netns_fd: namespace)
            return withArguments(arguments) {
                isContained
                    ? cshim_spawn_contained(&placement, $0, environ, stdio)
                    : cshim_spawn_in(&placement, $0, environ, stdio)
            }
        }
        let result = namespace.map { $0.withDescriptor { spawn($0.rawValue) } } ?? spawn(-1)
        guard result > 0 else {
            throw HostError(Errno(rawValue: -result), Self.what, on: arguments.first ?? "")
        }
        pid = result
        self.input = input.takeWriting()
        self.output = output.takeReading()
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Ends its standard input.
    package func closeInput() {
        input = nil
    }

    package func signal(_ signal: CInt) {
        if status == nil { kill(pid, signal) }
    }

    /// Whether it has exited, waiting at most for a time; its status is still to be taken.
    package func hasExited(within seconds: Double) throws(HostError) -> Bool {
        guard status == nil else { return true }
        let limit = CInt((seconds * 1000).rounded(.up))
        return try check(cshim_wait_exit(pid, limit), "cannot wait for the program", on: name) == 1
    }

    /// Waits for a line of output, at most for a time; nil: none came.
    package func readLine(within seconds: Double) throws(HostError) -> String? {
        let deadline = KernelClock.monotonic() + UInt64(seconds * 1e9)
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 1)
                return line
            }
            let now = KernelClock.monotonic()
            guard now < deadline, try readMore(within: Double(deadline - now) / 1e9) else {
                return nil
            }
        }
    }

    /// Reads what there is of the output, waiting at most for a time. True at the output's end.
    package func drain(within seconds: Double) throws(HostError) -> Bool {
        try !readMore(within: seconds) && isAtEnd
    }

    /// The rest of the output; the exit status, or 128 and the signal that killed it.
    ///
    /// Waits for the program's end.
    package func finish() throws(HostError) -> (output: [UInt8], status: CInt) {
        while !isAtEnd { _ = try readMore(within: 3600) }
        if status == nil {
            var value: CInt = 0
            while waitpid(pid, &value, 0) < 0 && errno == EINTR {}
            let signal = value & 0x7f
            status = signal == 0 ? value >> 8 & 0xff : 128 + signal
        }
        defer { unread = [] }
        return (unread, status ?? 0)
    }

    private var isAtEnd = false

    /// False: nothing came in time, or the end did.
    private func readMore(within seconds: Double) throws(HostError) -> Bool {
        var wait = pollfd(fd: output.raw.rawValue, events: Int16(POLLIN), revents: 0)
        let ready = poll(&wait, 1, CInt(min(seconds * 1000, 3_600_000).rounded(.up)))
        if ready <= 0 { return false }
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = read(output.raw.rawValue, &chunk, chunk.count)
        if count < 0 {
            if errno == EINTR { return true }
            throw HostError(Errno(rawValue: errno), "cannot read the output", on: name)
        }
        if count == 0 { isAtEnd = true }
        unread += chunk[..<count]
        return count > 0
    }
}

/// Both ends of a pipe.
private struct Pipe: ~Copyable {
    let reading: OwnedDescriptor
    let writing: OwnedDescriptor

    init() throws(HostError) {
        var ends: [CInt] = [0, 0]
        let result = cshim_pipe(&ends)
        guard result == 0 else {
            throw HostError(Errno(rawValue: -result), "cannot make a pipe", on: "a program")
        }
        reading = OwnedDescriptor(FileDescriptor(rawValue: ends[0]))
        writing = OwnedDescriptor(FileDescriptor(rawValue: ends[1]))
    }

    consuming func takeReading() -> OwnedDescriptor { reading }
    consuming func takeWriting() -> OwnedDescriptor { writing }
}

private func withArguments<Result>(
    _ arguments: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
