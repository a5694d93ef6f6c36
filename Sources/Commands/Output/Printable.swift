/// Text from elsewhere, such as a cgroup's name, that can't steer the terminal it is shown on.
///
/// Control characters, and what turns the direction of what follows, become `\n` or `\u{1B}`.
enum Printable {
    /// A line, or a part of one.
    static func line(_ text: String) -> String {
        escaped(text) { _ in false }
    }

    /// The same, but newlines and tabs stay.
    static func lines(_ text: some StringProtocol) -> String {
        escaped(text) { $0 == 0x0a || $0 == 0x09 }
    }

    private static func escaped(
        _ text: some StringProtocol, but isKept: (UInt32) -> Bool
    ) -> String {
        // Most there is, and several times as fast.
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) || isKept(UInt32($0)) }
        guard !isPlain else { return String(text) }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) && !isKept(scalar.value) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Beyond C0 and C1: separators of lines and paragraphs, embeddings, overrides, isolates.
        case ..<0x20, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
