import PlainText

/// Why a text is no link: what is wrong, where, and what would be right.
package struct LinkSpecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A word or value that isn't understood, or is missing.
        package static let syntax = Code(rawValue: "syntax")
        package static let outOfRange = Code(rawValue: "outOfRange")
        /// Given twice.
        package static let repeated = Code(rawValue: "repeated")
        /// Understood, but not together with the rest of the link.
        package static let conflict = Code(rawValue: "conflict")
        /// A trace can't be read or isn't one.
        package static let trace = Code(rawValue: "trace")
    }

    /// Longer texts are shown around the place only.
    private static let shownBefore = 60
    private static let shownAfter = 40

    package let code: Code
    /// The whole text.
    package let text: String
    /// Of the place, in characters.
    package let offset: Int
    package let problem: String
    /// What would be right, or what to do.
    package let expected: String

    /// The text, a caret under the place, and what is wrong.
    package var description: String {
        // A character takes one column, whatever it was.
        let characters = text.map { character in
            character.isWhitespace || character.unicodeScalars.contains(where: \.isHarmful)
                ? " " : character
        }
        let begin = max(0, offset - Self.shownBefore)
        let end = min(characters.count, offset + Self.shownAfter)
        let before = begin > 0 ? "…" : ""
        let line = before + String(characters[begin..<end]) + (end < characters.count ? "…" : "")
        let caret = String(repeating: " ", count: offset - begin + before.count) + "^"
        return "\(line)\n\(caret)\n\(problem); expected \(expected)"
    }
}
