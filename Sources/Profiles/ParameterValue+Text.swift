extension ParameterValue {
    /// A value as a profile has it without quotes: `800`, `true`; nil: nothing, or a number of more
    /// than 64 bits.
    package init?(text: String) {
        switch YAMLScalar(text, plain: true) {
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .text(let text): self = .string(text)
        case .null, .hugeNumber: return nil
        }
    }
}
