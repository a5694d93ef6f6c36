/// Text from elsewhere, such as a cgroup's name, that can't steer where it is shown.
package enum Printable {
    /// A line, or a part of one: control characters, and what turns the direction of what follows,
    /// become `\n` or `\u{1B}`.
    package static func line(_ text: String) -> String {
        escaped(text) { _ in false }
    }

    /// The same, but newlines and tabs stay.
    package static func lines(_ text: some StringProtocol) -> String {
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
            if scalar.isHarmful && !isKept(scalar.value) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Appends the text as a JSON string, quotes included (RFC 8259, section 7).
    package static func appendQuoted(_ text: String, to result: inout String) {
        result += "\""
        // Most there is, and several times as fast.
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 > 0x7e })
        else {
            result += text
            result += "\""
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.isHarmful:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}

extension Unicode.Scalar {
    /// Whether it steers a terminal, ends a line, or turns the direction of what follows. None of these
    /// is above U+FFFF.
    package var isHarmful: Bool {
        switch value {
        // Beyond C0 and C1: separators of lines and paragraphs, embeddings, overrides, isolates.
        case ..<0x20, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
