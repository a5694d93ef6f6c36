/// Why a text is no workload, and where.
package struct WorkloadSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The whole text.
    package let text: String
    /// Of the first wrong byte, from 0; the text's length where something is missing at its end.
    package let offset: Int
    /// What is wrong, such as `unknown key "flow"`.
    package let problem: String
    /// What would have been right there.
    package let expected: String

    /// Two lines and a caret under the place.
    package var description: String {
        // A byte that isn't printable ASCII would move the caret.
        let shown = text.utf8.map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }
        return """
            workload: \(problem), expected \(expected)
              \(String(decoding: shown, as: UTF8.self))
              \(String(repeating: " ", count: offset))^
            """
    }
}
