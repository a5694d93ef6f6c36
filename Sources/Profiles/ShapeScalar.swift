import PlainText

extension Shape {
    /// What to write, for error messages.
    var expectation: String {
        switch self {
        case .constant(let text): text
        case .text(let rule): rule.expectation
        case .choice(let choices): choices.joined(separator: " or ")
        case .boolean: "true or false"
        case .number(.count(let range)):
            "a whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(.quantity(let quantity, _)): quantity.expectation
        case .port: "a whole number, 1 to 65535"
        case .prefix: "an IP prefix such as 10.0.0.0/8 or fd00::/8"
        case .exid: "an ExID such as 0xABCD"
        case .bytes(let maximum): "hex:01 02 03 or text:abc, at most \(maximum) bytes"
        case .cadence: "rtt, segment, a duration such as 100ms, or a number of data segments"
        case .parameter: "a number, true, false, or text"
        case .list(_, let what, _): "a list of \(what)"
        case .mapping, .tagged, .dictionary: "a mapping"
        }
    }

    /// A scalar as this shape stores it.
    ///
    /// - Parameter text: as it is written, for the message about it.
    /// - Throws: what is wrong, with an empty problem where the value is of the wrong type.
    func scalar(
        _ text: String, _ value: YAMLScalar
    ) throws(Quantity.Problem) -> CheckedValue.Content {
        let wrongType = Quantity.Problem(problem: "", expected: expectation)
        switch (self, value) {
        case (.constant(let constant), .text(let text)) where text == constant:
            return .text(text)
        case (.choice(let choices), .text(let text)) where choices.contains(text):
            return .text(text)
        case (.text(let rule), .text(let text)) where rule.matches(text):
            return .text(text)
        case (.boolean, .boolean(let value)):
            return .boolean(value)
        case (.number(.count(let range)), .integer(let value)):
            return .integer(try Self.stored(value, text, in: range))
        case (.number(.count(let range)), .hugeNumber):
            return .integer(try Self.stored(nil, text, in: range))
        case (.port, .integer(let value)):
            return .integer(try Self.stored(value, text, in: 1...65535))
        case (.number(.quantity(let quantity, let range)), .text(let text)):
            return .integer(try quantity.parse(text, in: range))
        case (.number(.quantity(let quantity, _)), .integer):
            throw Quantity.Problem(
                problem: "\(Quoted(text)) has no unit", expected: quantity.expectation)
        case (.prefix, .text(let text)):
            return .prefix(try Self.prefix(text))
        case (.exid, _): return try Self.parseExID(text, value)
        case (.bytes(let maximum), _): return try Self.parseBytes(value, maximum: maximum)
        case (.cadence, _): return try Self.parseCadence(text, value)
        case (.parameter, _):
            return .parameter(try Self.parameter(value))
        default:
            throw wrongType
        }
    }

    private static func stored(
        _ value: Int?, _ text: String, in range: ClosedRange<UInt32>
    ) throws(Quantity.Problem) -> UInt32 {
        guard let stored = value.flatMap(UInt32.init(exactly:)), range.contains(stored) else {
            throw Quantity.Problem(
                problem: "\(Quoted(text)) is out of range",
                expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return stored
    }

    private static func prefix(_ text: String) throws(Quantity.Problem) -> IPPrefix {
        do {
            return try IPPrefix(text)
        } catch {
            throw Quantity.Problem(problem: error.problem, expected: error.expected)
        }
    }

    private static func parameter(
        _ value: YAMLScalar
    ) throws(Quantity.Problem) -> ParameterValue {
        switch value {
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .boolean(let value): return .boolean(value)
        case .text(let text):
            guard TextRule.parameterText.matches(text) else {
                throw Quantity.Problem(
                    problem: "", expected: TextRule.parameterText.expectation)
            }
            return .string(text)
        case .null:
            throw Quantity.Problem(problem: "", expected: Shape.parameter.expectation)
        case .hugeNumber:
            throw Quantity.Problem(
                problem: "number out of range", expected: "64 bits, or a finite number")
        }
    }
}
