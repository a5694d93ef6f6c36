/// Text from elsewhere that can't harm where it is shown.
package enum PrintableText {
    /// Without characters that steer a terminal, turn the direction of what follows, or that XML
    /// 1.0 (section 2.2) doesn't have: they become U+FFFD. Tabs and newlines stay.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA: false
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
