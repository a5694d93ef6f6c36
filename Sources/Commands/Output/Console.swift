import Glibc

/// The terminal: data on stdout, words on stderr.
enum Console {
    static func write(_ text: some StringProtocol) {
        fputs(String(text), stdout)
    }

    static func error(_ line: some StringProtocol) {
        fflush(stdout)
        fputs(line + "\n", stderr)
    }

    static func flush() { fflush(stdout) }

    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
