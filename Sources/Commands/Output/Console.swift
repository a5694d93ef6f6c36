import Glibc
import SystemPackage

/// The terminal: data on stdout, words on stderr.
enum Console {
    /// A reader that went away (a closed pipe) is the end of the output, not an error.
    static func write(_ text: some StringProtocol) {
        _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
    }

    /// The same; false: the reader went away.
    static func writes(_ text: some StringProtocol) -> Bool {
        (try? FileDescriptor.standardOutput.writeAll(text.utf8)) != nil
    }

    /// Whether what is written can still be read: a pipe's other end is open.
    static var hasReader: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) == 0
    }

    static func error(_ line: some StringProtocol) {
        _ = try? FileDescriptor.standardError.writeAll((line + "\n").utf8)
    }

    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
