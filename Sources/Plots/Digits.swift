import Glibc

/// Numbers in decimal. By hand: `String(format:)` would bring all of Foundation.
package enum Digits {
    /// What stands for a number that there isn't.
    package static let none = "-"

    /// With so many digits after the point.
    package static func fixed(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return none }
        let scale = pow(10, Double(places))
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let whole = Int(scaled) / Int(scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let fraction = String(Int(scaled) % Int(scale))
        return "\(sign)\(whole)."
            + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// With three significant digits.
    package static func significant(_ value: Double) -> String {
        guard value.isFinite else { return none }
        guard value != 0 else { return "0" }
        // 9.996 is 10.0, so the exponent is that of the rounded value.
        var exponent = floor(log10(value.magnitude))
        if value.magnitude >= 9.995 * pow(10, exponent) { exponent += 1 }
        guard exponent > 2 else { return fixed(value, places: Int(min(2 - exponent, 9))) }
        let last = pow(10, exponent - 2)
        return fixed((value / last).rounded() * last, places: 0)
    }

    /// Three significant digits, a whole number without a fraction.
    package static func compact(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1000
            ? fixed(value, places: 0) : significant(value)
    }

    /// At most three significant digits, none of them a trailing zero after the point: 0.8, 1.25.
    package static func shortest(_ value: Double) -> String {
        var text = compact(value)
        guard text.contains(".") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// How many digits after the point give two values three significant ones: both, if they are of
    /// about the same size, else the larger.
    static func places(_ a: Double, _ b: Double) -> Int {
        let (small, large) = (min(a.magnitude, b.magnitude), max(a.magnitude, b.magnitude))
        let telling = small * 10 > large ? small : large
        guard telling > 0, telling.isFinite else { return 0 }
        return max(0, min(9, 2 - Int(floor(log10(telling)))))
    }

    /// With a minus sign before negative numbers, as print has it, instead of a hyphen. Hyphens
    /// in words stay.
    package static func typographic(_ text: String) -> String {
        var result = ""
        var previous: Character = " "
        for (character, next) in zip(text, text.dropFirst() + " ") {
            let isSign = character == "-" && next.isNumber && " (".contains(previous)
            result.append(isSign ? "\u{2212}" : character)
            previous = character
        }
        return result
    }
}
