import PlainText

/// Numbers with a unit: how they are written in a profile and in what they are stored.
package enum Quantity: Sendable, Equatable {
    /// A duration stored in microseconds.
    case microseconds
    /// A duration stored in milliseconds.
    case milliseconds
    /// A duration stored in seconds.
    case seconds
    /// A size stored in bytes.
    case bytes
    /// A rate written in bits per second, stored in bytes per second.
    case rate

    /// Why a text is no value of a quantity.
    package struct Problem: Error, Equatable {
        package let problem: String
        package let expected: String
    }

    package struct Unit: Sendable, Equatable {
        package let name: String
        /// In terms of the quantity's smallest unit.
        package let factor: Int
    }

    /// In bytes; longer texts aren't looked at.
    private static let maximumLength = 64

    private static let durations = [
        Unit(name: "us", factor: 1), Unit(name: "ms", factor: 1000),
        Unit(name: "s", factor: 1_000_000), Unit(name: "min", factor: 60_000_000),
        Unit(name: "h", factor: 3_600_000_000),
    ]

    /// Smallest first.
    package var units: [Unit] {
        switch self {
        case .microseconds, .milliseconds, .seconds: Self.durations
        case .bytes:
            [
                Unit(name: "B", factor: 1), Unit(name: "KiB", factor: 1 << 10),
                Unit(name: "MiB", factor: 1 << 20), Unit(name: "GiB", factor: 1 << 30),
            ]
        case .rate:
            [
                Unit(name: "bit", factor: 1), Unit(name: "kbit", factor: 1000),
                Unit(name: "Mbit", factor: 1_000_000), Unit(name: "Gbit", factor: 1_000_000_000),
            ]
        }
    }

    /// What one stored step is in terms of the smallest unit.
    private var step: Int {
        switch self {
        case .microseconds, .bytes: 1
        case .milliseconds: 1000
        case .seconds: 1_000_000
        case .rate: 8
        }
    }

    private var stepName: String {
        switch self {
        case .microseconds: "microseconds"
        case .milliseconds: "milliseconds"
        case .seconds: "seconds"
        case .bytes: "bytes"
        case .rate: "bytes per second (multiples of 8bit)"
        }
    }

    /// What to write, for error messages.
    package var expectation: String {
        switch self {
        case .microseconds, .milliseconds, .seconds:
            "a duration in us, ms, s, min or h, such as 50ms"
        case .bytes: "a size in B, KiB, MiB or GiB, such as 128KiB"
        case .rate: "a rate in bit, kbit, Mbit or Gbit per second, such as 200Mbit"
        }
    }

    /// A regular expression for every text that has the right form.
    package var pattern: String {
        "^[0-9]+(\\.[0-9]+)?(\(units.map(\.name).joined(separator: "|")))$"
    }

    /// The stored value as text, in the largest unit that keeps it whole.
    package func format(_ stored: UInt32) -> String {
        let value = Int(stored) * step
        let unit = units.last { value >= $0.factor && value % $0.factor == 0 } ?? units[0]
        return "\(value / unit.factor)\(unit.name)"
    }

    /// Reads "1.5MiB" and the like exactly: nothing is rounded.
    package func parse(
        _ text: String, in range: ClosedRange<UInt32>
    ) throws(Problem) -> UInt32 {
        guard text.utf8.count <= Self.maximumLength else {
            throw Problem(
                problem: "\(Quoted(text)) is too long for a number with a unit",
                expected: expectation)
        }
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let suffix = String(text.dropFirst(number.count))
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts.contains(where: \.isEmpty) else {
            throw Problem(
                problem: "\(Quoted(text)) is no number with a unit", expected: expectation)
        }
        guard !suffix.isEmpty else {
            throw Problem(problem: "\(Quoted(text)) has no unit", expected: expectation)
        }
        guard let unit = units.first(where: { $0.name == suffix }) else {
            throw Problem(
                problem: "unknown unit \(Quoted(suffix)) in \(Quoted(text))", expected: expectation)
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        let outOfRange = Problem(
            problem: "\(Quoted(text)) is out of range",
            expected: "\(format(range.lowerBound)) to \(format(range.upperBound))")
        let tooFine = Problem(
            problem: "\(Quoted(text)) is too fine", expected: "whole \(stepName)")
        // Finer than a millionth of any unit is never whole: it also keeps the divisor small.
        guard fraction.count <= 6 else { throw tooFine }
        guard let digits = Int(parts[0] + fraction) else { throw outOfRange }
        let (scaled, overflow) = digits.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { throw outOfRange }
        let divisor = fraction.reduce(step) { divisor, _ in divisor * 10 }
        guard scaled % divisor == 0 else { throw tooFine }
        guard let stored = UInt32(exactly: scaled / divisor), range.contains(stored) else {
            throw outOfRange
        }
        return stored
    }
}
