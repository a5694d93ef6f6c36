/// Why a text is no link.
package struct LinkSpecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The whole text.
    package let text: String
    /// Of the place, in characters.
    package let offset: Int
    /// What is wrong.
    package let problem: String
    /// What would be right.
    package let expected: String

    /// The text, a caret under the place, what is wrong and what was expected.
    package var description: String {
        "\(text)\n\(String(repeating: " ", count: offset))^\n\(problem), expected \(expected)"
    }
}
