/// What a number measures, and so in which units people read it.
package enum Dimension: Sendable, Hashable {
    case bitsPerSecond
    case seconds
    case bytes
    /// 0 to 1, read in percent.
    case ratio
    /// The difference of two ratios, read in percentage points.
    case points
    /// Whole things: packets, segments, requests.
    case count
    /// A number without a unit, such as an index.
    case plain
    case secondsPerGigabyte

    package struct Unit: Sendable, Equatable {
        package let factor: Double
        /// Empty where there is none.
        package let symbol: String
    }

    /// Smallest first.
    private var units: [Unit] {
        switch self {
        case .bitsPerSecond: Self.units(1, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
        case .seconds: Self.units(1e-6, ["us", "ms", "s"])
        case .bytes: Self.units(1, ["B", "kB", "MB", "GB", "TB"])
        case .ratio: [Unit(factor: 0.01, symbol: "%")]
        case .points: [Unit(factor: 0.01, symbol: "pp")]
        case .count: Self.units(1, ["", "k", "M", "G"])
        case .plain: [Unit(factor: 1, symbol: "")]
        case .secondsPerGigabyte: [Unit(factor: 1, symbol: "s/GB")]
        }
    }

    private static func units(_ smallest: Double, _ symbols: [String]) -> [Unit] {
        var factor = smallest
        return symbols.map { symbol in
            defer { factor *= 1000 }
            return Unit(factor: factor, symbol: symbol)
        }
    }

    /// The largest unit of which there is at least one, rounded to three digits.
    package func unit(for value: Double) -> Unit {
        let units = units
        guard value.isFinite, value != 0 else {
            return units.first { $0.factor >= 1 } ?? units[0]
        }
        return units.last { value.magnitude >= 0.9995 * $0.factor } ?? units[0]
    }

    /// Three significant digits and the unit; "-" for what is no number.
    package func format(_ value: Double) -> String {
        guard value.isFinite else { return Digits.none }
        let unit = unit(for: value)
        let scaled = value / unit.factor
        let digits =
            switch self {
            case .count, .ratio, .points: Digits.compact(scaled)
            default: Digits.significant(scaled)
            }
        return unit.symbol.isEmpty ? digits : "\(digits) \(unit.symbol)"
    }

    /// An interval's ends in one unit and with as many digits after the point: "41.9 to 48.0 ms"; nil
    /// where that makes them the same.
    package func format(_ low: Double, to high: Double, isSigned: Bool = false) -> String? {
        guard low.isFinite, high.isFinite else { return nil }
        let unit = unit(for: max(low.magnitude, high.magnitude))
        let places = Digits.places(low / unit.factor, high / unit.factor)
        let ends = [low, high].map { value in
            let text = Digits.fixed(value / unit.factor, places: places)
            return isSigned && value > 0 ? "+" + text : text
        }
        guard ends[0] != ends[1] else { return nil }
        let range = ends.joined(separator: " to ")
        return unit.symbol.isEmpty ? range : "\(range) \(unit.symbol)"
    }

    /// The same with a sign, for differences.
    package func formatSigned(_ value: Double) -> String {
        value > 0 ? "+" + format(value) : format(value)
    }
}
