/// A key of a header option, as people are told of it.
package struct HeaderOptionKey: Sendable {
    /// From the option down, `value.pod`.
    package let name: String
    package let isRequired: Bool
    /// What it may be.
    package let values: String
    /// What it is when it is absent; `nil`: it is required, or another key takes its place.
    package let fallback: String?
    /// One sentence.
    package let summary: String
}

extension HeaderOptionType {
    /// The keys beside `type`, those inside a key in its place.
    package var documentedKeys: [HeaderOptionKey] {
        keys.flatMap { key in
            if case .mapping(let inner) = key.shape {
                inner.keys.map { HeaderOptionKey($0, below: key.name + ".") }
            } else {
                [HeaderOptionKey(key)]
            }
        }
    }
}

extension HeaderOptionKey {
    fileprivate init(_ key: Shape.Key, below path: String = "") {
        name = path + key.name
        isRequired = key.isRequired
        fallback = key.fallback
        summary = key.summary
        values =
            switch key.shape {
            case .number(.quantity(let quantity, let range)):
                "\(quantity.format(range.lowerBound)) to \(quantity.format(range.upperBound))"
            case .number(.count(let range)): "\(range.lowerBound) to \(range.upperBound)"
            case .exid: "0x0000 to 0xFFFF"
            case .cadence:
                "rtt, segment, \(Quantity.microseconds.format(Shape.intervalRange.lowerBound)) to "
                    + "\(Quantity.microseconds.format(Shape.intervalRange.upperBound)), or "
                    + "\(Shape.segmentsRange.lowerBound) to \(Shape.segmentsRange.upperBound) "
                    + "data segments"
            case .list(of: .choice(let choices), _, _):
                "a list of \(choices.joined(separator: ", "))"
            default: key.shape.expectation
            }
    }
}
