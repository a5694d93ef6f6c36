import Glibc
import PlainText

/// What the agent says: a line each, as text or as JSON.
package struct AgentLog {
    package enum Level: Int, CaseIterable, Sendable {
        case debug, info, warning, error

        package var name: String { "\(self)" }
    }

    package enum Form: String, CaseIterable, Sendable {
        case text, json
    }

    private let form: Form
    private let least: Level
    private let clock: () -> UInt64
    private let write: (String) -> Void

    /// - Parameters:
    ///   - least: what is below it isn't written.
    ///   - clock: ns since 1970.
    ///   - write: takes a line, without a newline.
    package init(
        _ form: Form, least: Level, clock: @escaping () -> UInt64,
        write: @escaping (String) -> Void
    ) {
        self.form = form
        self.least = least
        self.clock = clock
        self.write = write
    }

    /// - Parameter fields: what it is about; values can be anybody's.
    package func callAsFunction(
        _ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]
    ) {
        guard level.rawValue >= least.rawValue else { return }
        let time = Self.time(clock())
        var line: String
        switch form {
        case .text:
            line = "\(time) \(level.name) \(Printable.line(message))"
            for (key, value) in fields {
                let isPlain =
                    !value.isEmpty
                    && value.utf8.allSatisfy {
                        (0x21..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c
                    }
                line += " \(key)="
                if isPlain { line += value } else { Printable.appendQuoted(value, to: &line) }
            }
        case .json:
            line = "{\"time\":\"\(time)\",\"level\":\"\(level.name)\""
            line += ",\"message\":"
            Printable.appendQuoted(message, to: &line)
            for (key, value) in fields {
                line += ",\"\(key)\":"
                Printable.appendQuoted(value, to: &line)
            }
            line += "}"
        }
        write(line)
    }

    /// RFC 3339, in ms.
    private static func time(_ nanoseconds: UInt64) -> String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: some BinaryInteger, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))T"
            + "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))."
            + padded(nanoseconds / 1_000_000 % 1000, 3) + "Z"
    }
}
