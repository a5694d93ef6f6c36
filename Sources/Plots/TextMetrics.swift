/// How much room text takes, near enough to lay it out without a font at hand.
enum TextMetrics {
    static let size = 12.0
    static let lineHeight = 16.0

    /// At the charts' text size; rather too wide than too narrow.
    static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { width, scalar in
            switch scalar {
            case "i", "j", "l", "I", "t", "f", "r", ".", ",", ":", " ", "(", ")", "'", "|":
                width + 0.4 * size
            case "m", "w", "M", "W", "%", "@", "+", "\u{2212}", "=", "<", ">", "~":
                width + 0.95 * size
            case "A"..."Z": width + 0.72 * size
            default: width + (scalar.value < 0x1100 ? 0.6 : 1.1) * size
            }
        }
    }

    /// The text, cut so that it fits.
    static func fit(_ text: String, into width: Double) -> String {
        guard Self.width(text) > width else { return text }
        var result = text
        while !result.isEmpty && Self.width(result) + 0.9 * size > width { result.removeLast() }
        while result.last == " " { result.removeLast() }
        return result + "\u{2026}"
    }
}
