import Glibc
import SystemPackage

/// The terminal: data on stdout, words on stderr.
enum Console {
    /// A reader that went away (a closed pipe) is the end of the output, not an error.
    static func write(_ text: some StringProtocol) {
        _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
    }

    static func error(_ line: some StringProtocol) {
        _ = try? FileDescriptor.standardError.writeAll((line + "\n").utf8)
    }

    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
