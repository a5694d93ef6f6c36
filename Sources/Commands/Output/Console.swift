import Glibc
import PlainText
import SystemPackage

/// The terminal: data on stdout, words on stderr.
enum Console {
    /// A reader that went away (a closed pipe) is the end of the output, not an error: false.
    @discardableResult
    static func write(_ text: some StringProtocol) -> Bool {
        write(bytes: Printable.lines(text).utf8)
    }

    /// In a format that has escapes of its own.
    @discardableResult
    static func write(bytes: some Sequence<UInt8>) -> Bool {
        (try? FileDescriptor.standardOutput.writeAll(bytes)) != nil
    }

    /// The same, for output without end: a reader that is too slow is waited for only until
    /// `giveUp`. False: it went away, or that came first.
    static func write(_ text: some StringProtocol, until giveUp: () -> Bool) -> Bool {
        var left = Array(Printable.lines(text).utf8)[...]
        while !left.isEmpty {
            switch readiness(Int16(POLLOUT), milliseconds: 100) {
            case 0: if giveUp() { return false }
            case let events where events & Int16(POLLOUT) != 0:
                // Where there is room, there is room for this: the write doesn't block.
                let part = left.prefix(Int(PIPE_BUF))
                guard let count = try? FileDescriptor.standardOutput.writeAll(part) else {
                    return false
                }
                left = left.dropFirst(count)
            default: return false
            }
        }
        return true
    }

    /// Whether what is written can still be read: a pipe's other end is open.
    static var hasReader: Bool { readiness(0, milliseconds: 0) == 0 }

    private static func readiness(_ events: Int16, milliseconds: CInt) -> Int16 {
        var output = pollfd(fd: STDOUT_FILENO, events: events, revents: 0)
        _ = poll(&output, 1, milliseconds)
        return output.revents
    }

    static func error(_ line: String) {
        _ = try? FileDescriptor.standardError.writeAll((Printable.lines(line) + "\n").utf8)
    }

    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
