/// What a value of the profile format may be; the parser and the JSON Schema both follow it.
package indirect enum Shape: Sendable {
    /// Exactly this text.
    case constant(String)
    case text(TextRule)
    case choice([String])
    case boolean
    case number(NumberFormat)
    case port
    case prefix
    /// An experiment identifier, hexadecimal or decimal.
    case exid
    /// Bytes as hexadecimal digits or as text.
    case bytes(maximum: Int)
    /// How often a header option is sent.
    case cadence
    /// A controller parameter: any scalar.
    case parameter
    case list(of: Shape, what: String, count: ClosedRange<Int>)
    /// Only the keys given.
    case mapping(Keys)
    /// The keys that go with what is under one of them.
    case tagged(by: String, [Variant])
    /// Any keys of a form, with values of one shape.
    case dictionary(TextRule, Shape)

    /// The keys of one mapping.
    package struct Keys: Sendable {
        var keys: [Key]
        /// Whether an empty mapping is refused.
        var needsOne = false
        /// Where the schema keeps it when it is used more than once.
        var definition: String?

        package init(
            keys: [Key], needsOne: Bool = false, definition: String? = nil
        ) {
            self.keys = keys
            self.needsOne = needsOne
            self.definition = definition
        }
    }

    /// What a mapping may be, by its tag.
    package struct Variant: Sendable {
        var tag: String
        /// The tag's key among them.
        var keys: Keys
    }

    package struct Key: Sendable {
        var name: String
        var shape: Shape
        var isRequired = false
        /// One sentence for the schema.
        var summary: String
        /// What it is when it is absent, for people; `nil`: the summary says so, or it is required.
        var fallback: String?

        package init(
            name: String, shape: Shape, isRequired: Bool = false, summary: String,
            fallback: String? = nil
        ) {
            self.name = name
            self.shape = shape
            self.isRequired = isRequired
            self.summary = summary
            self.fallback = fallback
        }
    }

    /// A text's form, for people, for the schema and for the parser.
    package struct TextRule: Sendable {
        var expectation: String
        /// ECMA 262, matches exactly what `accepts` does but for the length.
        var pattern: String?
        /// In characters.
        var maximumLength: Int
        var accepts: @Sendable (Substring) -> Bool
    }
}

extension Shape.TextRule {
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    package static let profileName = Shape.TextRule(
        expectation: "a name of a-z, 0-9, '-' and '.', at most 63 characters, "
            + "the first and last a letter or digit",
        pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", maximumLength: 63
    ) { text in
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isLower(first) && isLower(last)
            && text.utf8.allSatisfy {
                isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    package static let controllerName = Shape.TextRule(
        expectation: "a controller's name of letters, digits, '_', '-' and '.', "
            + "1 to \(CongestionControlChoice.maximumNameLength) characters",
        pattern: "^[A-Za-z0-9_.-]+$", maximumLength: CongestionControlChoice.maximumNameLength
    ) { text in
        !text.isEmpty
            && text.utf8.allSatisfy {
                isAlphanumeric($0) || "_.-".utf8.contains($0)
            }
    }

    package static let optionName = Shape.TextRule(
        expectation: "a plug-in's name of a-z, 0-9 and '-', at most 31 characters, "
            + "the first a letter",
        pattern: "^[a-z][-a-z0-9]*$", maximumLength: 31
    ) { text in
        guard let first = text.utf8.first, isLower(first), !isDigit(first) else { return false }
        return text.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
    }

    static let parameterName = Shape.TextRule(
        expectation: "a parameter's name of letters, digits and '_', at most 63 characters",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$", maximumLength: 63
    ) { text in
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }

    package static let description = Shape.TextRule(
        expectation: "text of at most 1024 characters, without control characters",
        pattern: nil, maximumLength: 1024, accepts: isPrintable)

    static let parameterText = Shape.TextRule(
        expectation: "text of at most 255 characters, without control characters",
        pattern: nil, maximumLength: 255, accepts: isPrintable)

    private static let isPrintable: @Sendable (Substring) -> Bool = { text in
        text.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control || $0 == "\n" || $0 == "\t"
        }
    }

    /// Whether a text has the form and isn't too long.
    func matches(_ text: String) -> Bool {
        text.unicodeScalars.count <= maximumLength && accepts(text[...])
    }
}
