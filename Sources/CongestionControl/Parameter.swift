import BPF
import Profiles

/// A parameter that a BPF controller declares: a `const volatile` variable of its object.
package struct Parameter: Equatable, Sendable {
    /// The variable's name; it carries the unit.
    package let name: String
    /// What the controller uses where a profile says nothing.
    package let defaultValue: Int64
    package let range: ClosedRange<Int64>
    /// One sentence, with the RFC's section.
    package let documentation: String
    private let isFlag: Bool

    /// The parameter that a knob declares with `TCPTUNE_PARAMETER`; nil for any other knob.
    init?(_ knob: Knob) {
        let tags = Dictionary(
            knob.tags.compactMap { tag -> (String, String)? in
                guard tag.hasPrefix("param:"), let equals = tag.firstIndex(of: "=") else {
                    return nil
                }
                let key = tag[tag.index(tag.startIndex, offsetBy: 6)..<equals]
                return (String(key), String(tag[tag.index(after: equals)...]))
            }, uniquingKeysWith: { first, _ in first })
        guard let doc = tags["doc"], let bounds = tags["range"].flatMap(Self.range) else {
            return nil
        }
        switch knob.defaultValue {
        case .bool(let value): defaultValue = value ? 1 : 0
        case .signed(let value): defaultValue = value
        case .unsigned(let value): defaultValue = Int64(clamping: value)
        default: return nil
        }
        name = knob.name
        range = bounds
        documentation = doc
        isFlag = knob.kind == .bool
    }

    /// A value within the range as the variable takes it.
    package func knobValue(_ number: Int64) -> KnobValue {
        isFlag ? .bool(number != 0) : .signed(number)
    }

    private static func range(_ text: String) -> ClosedRange<Int64>? {
        let ends = text.split(separator: ".").compactMap { Int64($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        return ends[0]...ends[1]
    }

    /// The value a profile gives, checked.
    func check(
        _ value: ParameterValue, of controller: String
    ) throws(CongestionControlError) -> Int64 {
        let number: Int64? =
            switch value {
            case .integer(let value): Int64(value)
            case .boolean(let value): value ? 1 : 0
            case .number, .string: nil
            }
        guard let number, range.contains(number) else {
            throw CongestionControlError(
                .invalidParameter, controller,
                "parameter '\(name)' is \(value.text), expected a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension ParameterValue {
    var text: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .boolean(let value): String(value)
        case .string(let value): "'\(value)'"
        }
    }
}
