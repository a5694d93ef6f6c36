import PlainText

/// A kind of value with units in a link's text.
struct LinkQuantity: Sendable {
    struct Problem: Error {
        var code = LinkSpecError.Code.syntax
        /// Of the place, in characters from the value's start.
        var offset = 0
        let problem: String
        let expected: String
    }

    /// In bytes; longer texts aren't looked at.
    private static let maximumLength = 64

    let units: [(name: String, factor: Int64)]
    let range: ClosedRange<Int64>
    let expectation: String

    /// In nanoseconds.
    static let duration = LinkQuantity(
        units: [
            ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ("min", 60_000_000_000),
        ],
        range: 0...86_400_000_000_000, expectation: "a time in ns, us, ms, s or min, such as 40ms")

    /// In nanoseconds; what a packet may be under way.
    static let delay = LinkQuantity(
        units: duration.units, range: 0...60_000_000_000, expectation: duration.expectation)

    /// In nanoseconds; two delays.
    static let rtt = LinkQuantity(
        units: duration.units, range: 0...120_000_000_000, expectation: duration.expectation)

    /// In bits per second.
    static let rate = LinkQuantity(
        units: [("bit", 1), ("kbit", 1000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000)],
        range: 1000...1_000_000_000_000,
        expectation: "a rate in bit, kbit, Mbit or Gbit per second, such as 50Mbit")

    static let bytes = LinkQuantity(
        units: [
            ("B", 1), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
            ("GB", 1_000_000_000), ("GiB", 1 << 30),
        ],
        range: 0...(64 << 30), expectation: "a size in B, KB, KiB, MB, MiB, GB or GiB")

    static let packets = LinkQuantity(
        units: [("p", 1)], range: 0...10_000_000, expectation: "a number of packets, such as 100p")

    /// In thousandths.
    static let bdp = LinkQuantity(
        units: [("bdp", 1000)], range: 1...1_000_000,
        expectation: "a number of bandwidth-delay products, such as 1bdp")

    /// In billionths.
    static let probability = LinkQuantity(
        units: [("%", 10_000_000)], range: 0...1_000_000_000,
        expectation: "a share from 0% to 100%, such as 0.1%")

    /// Reads "1.5ms" and the like exactly: nothing is rounded.
    func parse(_ text: String) throws(Problem) -> Int64 {
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
        guard let unit = units.first(where: { $0.name == suffix }) else {
            let problem =
                suffix.isEmpty
                ? "\(Quoted(text)) has no unit"
                : "unknown unit \(Quoted(suffix)) in \(Quoted(text))"
            throw Problem(
                offset: number.count, problem: problem,
                expected: expectation + didYouMean(suffix, units.map(\.name)))
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        let divisor = fraction.reduce(Int64(1)) { divisor, _ in divisor &* 10 }
        // More digits than this are never whole, and the divisor would overflow.
        guard fraction.count <= 12 else { throw tooFine(text) }
        let outOfRange = Problem(
            code: .outOfRange, problem: "\(Quoted(text)) is out of range",
            expected: "\(format(range.lowerBound)) to \(format(range.upperBound))")
        guard let digits = Int64(parts[0] + fraction) else { throw outOfRange }
        let (scaled, overflow) = digits.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { throw outOfRange }
        guard scaled % divisor == 0 else { throw tooFine(text) }
        guard range.contains(scaled / divisor) else { throw outOfRange }
        return scaled / divisor
    }

    /// In the largest unit that keeps it whole; a kind with a single unit takes fractions.
    func format(_ value: Int64) -> String {
        if units.count == 1 { return decimal(value, over: units[0].factor) + units[0].name }
        let unit = units.last { value >= $0.factor && value % $0.factor == 0 } ?? units[0]
        return "\(value / unit.factor)\(unit.name)"
    }

    private func tooFine(_ text: String) -> Problem {
        let smallest = units.count == 1 ? decimal(1, over: units[0].factor) : "1"
        return Problem(
            code: .outOfRange, problem: "\(Quoted(text)) is too fine",
            expected: "multiples of \(smallest)\(units[0].name)")
    }

    /// `factor` is a power of ten.
    private func decimal(_ value: Int64, over factor: Int64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: factor)
        guard rest > 0 else { return "\(whole)" }
        // The leading 1 keeps the zeros after the point.
        var fraction = String(factor + rest).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

/// ": did you mean 'ms'?", or nothing when no known word is near.
func didYouMean(_ word: some StringProtocol, _ known: [String]) -> String {
    guard !word.isEmpty, word.utf8.count <= 64, word.count <= 16 else { return "" }
    let letters = Array(word.lowercased())
    let nearest = known.map { ($0, editDistance(letters, Array($0.lowercased()))) }
        .min { $0.1 < $1.1 }
    guard let (name, distance) = nearest, distance <= max(1, letters.count / 3) else { return "" }
    return ": did you mean '\(name)'?"
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var rows = [Array(0...right.count)]
    for i in left.indices {
        var row = [i + 1]
        for j in right.indices {
            var best = rows[i][j] + (left[i] == right[j] ? 0 : 1)
            best = min(best, rows[i][j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                best = min(best, rows[i - 1][j - 1] + 1)
            }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
