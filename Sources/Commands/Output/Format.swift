/// Quantities as people read them: three digits and a unit.
enum Format {
    static let none = "-"

    static func microseconds(_ value: Double?) -> String {
        guard let value else { return none }
        if value < 1000 { return "\(digits(value)) us" }
        return value < 1_000_000 ? "\(digits(value / 1000)) ms" : "\(digits(value / 1_000_000)) s"
    }

    /// From bytes/s, in bit/s with decimal prefixes, as links are rated.
    static func rate(_ bytesPerSecond: Double?) -> String {
        guard let bytesPerSecond else { return none }
        return scaled(bytesPerSecond * 8, 1000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
    }

    static func bytes(_ value: UInt64) -> String {
        scaled(Double(value), 1024, ["B", "KiB", "MiB", "GiB", "TiB"])
    }

    static func number(_ value: Double?) -> String {
        value.map(digits) ?? none
    }

    /// Of any sign and size: to a thousandth, below 1 to a millionth, without closing zeros.
    static func decimal(_ value: Double) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        var text = fixed(abs(value), places: abs(value) < 1 ? 6 : 3)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return value < 0 ? "-" + text : text
    }

    static func percent(_ share: Double?) -> String {
        guard let share else { return none }
        return share == 0
            ? "0 %" : "\(fixed(share * 100, places: share < 0.001 ? 4 : 2)) %"
    }

    /// From seconds: the two largest units.
    static func age(seconds: UInt64) -> String {
        switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m\(seconds % 60)s"
        case ..<86400: "\(seconds / 3600)h\(seconds % 3600 / 60)m"
        default: "\(seconds / 86400)d\(seconds % 86400 / 3600)h"
        }
    }

    private static func scaled(_ value: Double, _ base: Double, _ units: [String]) -> String {
        var value = value
        var unit = 0
        while value >= base && unit < units.count - 1 {
            value /= base
            unit += 1
        }
        return "\(digits(value)) \(units[unit])"
    }

    private static func digits(_ value: Double) -> String {
        if value >= 100 || value == value.rounded() { return String(Int(value.rounded())) }
        return fixed(value, places: value >= 10 ? 1 : 2)
    }

    /// Not negative. By hand: `String(format:)` would bring all of Foundation, and takes longer than
    /// all the rest of a row of `connections`.
    private static func fixed(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)."
            + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
