import PlainText

/// Numbers with a unit in a workload's text, read exactly: nothing is rounded.
enum WorkloadQuantity {
    /// In ns.
    case duration
    /// In bytes; KB is 1000 and KiB 1024 of them.
    case size
    /// In bit/s.
    case rate

    /// By size, so that a number is written in the largest unit that keeps it whole.
    private var units: [(name: String, factor: Int)] {
        switch self {
        case .duration:
            [
                ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
                ("min", 60_000_000_000), ("h", 3_600_000_000_000),
            ]
        case .size:
            [
                ("B", 1), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
                ("GB", 1_000_000_000), ("GiB", 1 << 30),
            ]
        case .rate:
            [("bit", 1), ("kbit", 1000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000)]
        }
    }

    /// What to write, for error messages.
    var expectation: String {
        switch self {
        case .duration: "a duration in ns, us, ms, s, min or h, such as 30s"
        case .size: "a size in B, KB, MB, GB, KiB, MiB or GiB, such as 100KB"
        case .rate: "a rate in bit, kbit, Mbit or Gbit per second, such as 5Mbit"
        }
    }

    /// `2500MB` for 2,500,000,000.
    func format(_ value: Int) -> String {
        let unit = units.last { value >= $0.factor && value % $0.factor == 0 } ?? units[0]
        return "\(value / unit.factor)\(unit.name)"
    }

    /// What is wrong with a text.
    struct Problem: Error {
        let problem: String
        let expected: String
    }

    /// In bytes; longer texts aren't looked at.
    private static let maximumLength = 64

    func parse(_ text: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard text.utf8.count <= Self.maximumLength else {
            throw Problem(
                problem: "\(Quoted(text)) is too long for a number with a unit",
                expected: expectation)
        }
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let suffix = text.dropFirst(number.count)
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts.contains(where: \.isEmpty) else {
            throw Problem(
                problem: "\(Quoted(text)) is no number with a unit", expected: expectation)
        }
        // 0 is the same in every unit.
        let isZero = number.allSatisfy { $0 == "0" || $0 == "." }
        guard let unit = units.first(where: { $0.name == suffix || suffix.isEmpty && isZero })
        else {
            let problem =
                suffix.isEmpty ? "\(Quoted(text)) has no unit" : "unknown unit \(Quoted(suffix))"
            throw Problem(problem: problem, expected: expectation)
        }
        let outOfRange = Problem(
            problem: "\(text) is out of range",
            expected: "\(format(range.lowerBound)) to \(format(range.upperBound))")
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        // Finer than that is never whole.
        let tooFine = Problem(problem: "\(text) is too fine", expected: "fewer decimals")
        guard fraction.count <= 12 else { throw tooFine }
        guard let digits = Int(parts[0] + fraction) else { throw outOfRange }
        let scaled = Int128(digits) * Int128(unit.factor)
        let divisor = fraction.reduce(1 as Int128) { divisor, _ in divisor * 10 }
        guard scaled % divisor == 0 else { throw tooFine }
        guard let value = Int(exactly: scaled / divisor), range.contains(value) else {
            throw outOfRange
        }
        return value
    }
}
