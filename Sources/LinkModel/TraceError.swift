/// Why a file is no trace: `file:line: what is wrong, what was expected`.
package struct TraceError: Error, Sendable, Equatable, CustomStringConvertible {
    package let file: String
    /// Counted from 1; `nil` where it is about the whole file.
    package let line: Int?
    package let problem: String
    package let expected: String

    var summary: String { "\(file):\(line.map { "\($0):" } ?? "") \(problem)" }

    package var description: String { "\(summary), expected \(expected)" }
}
