import PlainText

/// The scalars that only header options have.
extension Shape {
    /// `0xABCD`, or the same number in decimal.
    static func parseExID(
        _ text: String, _ value: YAMLScalar
    ) throws(Quantity.Problem) -> CheckedValue.Content {
        let number: Int?
        switch value {
        case .integer(let decimal): number = decimal
        case .hugeNumber: number = nil
        case .text(let text)
        where text.count > 2 && text.hasPrefix("0x") && text.dropFirst(2).allSatisfy(\.isHex):
            number = Int(text.dropFirst(2), radix: 16)
        default: throw Quantity.Problem(problem: "", expected: Shape.exid.expectation)
        }
        guard let exid = number.flatMap(UInt16.init(exactly:)) else {
            throw Quantity.Problem(
                problem: "\(Quoted(text)) is out of range", expected: "0x0000 to 0xFFFF")
        }
        return .integer(UInt32(exid))
    }

    /// `hex:01 02 03` or `text:abc`.
    static func parseBytes(
        _ value: YAMLScalar, maximum: Int
    ) throws(Quantity.Problem) -> CheckedValue.Content {
        let bytes: [UInt8]
        switch value {
        case .text(let text) where text.hasPrefix("hex:"):
            guard let read = parseHexadecimal(text.dropFirst(4)) else {
                throw Quantity.Problem(
                    problem: "\(Quoted(text)) is bad hex",
                    expected: "two digits per byte, such as hex:01 02 03")
            }
            bytes = read
        case .text(let text) where text.hasPrefix("text:"): bytes = Array(text.utf8.dropFirst(5))
        default:
            throw Quantity.Problem(
                problem: "", expected: Shape.bytes(maximum: maximum).expectation)
        }
        guard bytes.count <= maximum else {
            throw Quantity.Problem(
                problem: "\(bytes.count) bytes are too long", expected: "at most \(maximum)")
        }
        return .bytes(bytes)
    }

    /// Pairs of digits, spaces between pairs at will.
    private static func parseHexadecimal(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " }
            if rest.isEmpty { return bytes }
            let pair = rest.prefix(2)
            guard pair.count == 2, pair.allSatisfy(\.isHex), let byte = UInt8(pair, radix: 16)
            else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
    }

    static let intervalRange: ClosedRange<UInt32> = 1000...3_600_000_000
    static let segmentsRange: ClosedRange<UInt32> = 1...1_000_000

    /// `rtt`, `segment`, a duration, or a number of segments.
    static func parseCadence(
        _ text: String, _ value: YAMLScalar
    ) throws(Quantity.Problem) -> CheckedValue.Content {
        switch value {
        case .text("rtt"): return .cadence(.roundTrip)
        case .text("segment"): return .cadence(.everySegment)
        case .text(let text) where text.utf8.first.map(isDigit) == true:
            return .cadence(
                .interval(Int(try Quantity.microseconds.parse(text, in: intervalRange))))
        case .integer(let count) where segmentsRange.contains(UInt32(clamping: count)):
            return .cadence(.segments(count))
        case .integer, .hugeNumber:
            throw Quantity.Problem(
                problem: "\(Quoted(text)) is out of range",
                expected: "\(segmentsRange.lowerBound) to \(segmentsRange.upperBound) segments")
        default:
            throw Quantity.Problem(problem: "", expected: Shape.cadence.expectation)
        }
    }
}

extension Character {
    fileprivate var isHex: Bool { isASCII && isHexDigit }
}
