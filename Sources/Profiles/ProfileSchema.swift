/// The JSON Schema (draft 2020-12) of profiles, made of the shape the parser checks.
package enum ProfileSchema {
    /// The schema as text, as it is in profiles/schema.json.
    package static var json: String {
        var definitions: [(String, JSON)] = []
        let root = JSON(Shape.mapping(ProfileFormat.document.root), definitions: &definitions)
        guard case .object(let properties) = root else {
            preconditionFailure("the root is a mapping")
        }
        let document = JSON.object(
            [
                ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                ("$id", .string("https://tcptune.dev/v1/profile.json")),
                ("title", .string("tcptune profile, version 1")),
            ] + properties + [("$defs", .object(definitions))])
        return document.text(indent: "") + "\n"
    }
}

private indirect enum JSON {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case list([JSON])
    case object([(String, JSON)])

    init(_ shape: Shape, definitions: inout [(String, JSON)]) {
        switch shape {
        case .constant(let text): self = .object([("const", .string(text))])
        case .text(let rule): self = Self.text(rule)
        case .choice(let choices): self = .object([("enum", .list(choices.map(JSON.string)))])
        case .boolean: self = .object([("type", .string("boolean"))])
        case .number(.count(let range)):
            self = Self.integer(Int(range.lowerBound)...Int(range.upperBound))
        case .port: self = Self.integer(1...65535)
        case .number(.quantity(let quantity, let range)): self = Self.quantity(quantity, range)
        case .prefix:
            self = .object([
                ("type", .string("string")), ("pattern", .string("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$")),
            ])
        case .exid:
            self = .anyOf([
                Self.integer(0...65535),
                .object([
                    ("type", .string("string")), ("pattern", .string("^0x0*[0-9A-Fa-f]{1,4}$")),
                ]),
            ])
        case .bytes:
            self = .object([
                ("type", .string("string")),
                ("pattern", .string("^(hex:( *[0-9A-Fa-f]{2})* *$|text:)")),
                ("description", .string(shape.expectation)),
            ])
        case .cadence:
            let segments = Shape.segmentsRange
            self = .anyOf([
                .object([("enum", .list([.string("rtt"), .string("segment")]))]),
                Self.quantity(.microseconds, Shape.intervalRange),
                Self.integer(Int(segments.lowerBound)...Int(segments.upperBound)),
            ])
        case .parameter:
            self = .object([("type", .list(["number", "boolean", "string"].map(JSON.string)))])
        case .list(let element, _, let count):
            self = .object([
                ("type", .string("array")), ("minItems", .integer(count.lowerBound)),
                ("maxItems", .integer(count.upperBound)),
                ("items", JSON(element, definitions: &definitions)),
            ])
        case .dictionary(let rule, let value):
            self = .object([
                ("type", .string("object")), ("propertyNames", Self.text(rule)),
                ("additionalProperties", JSON(value, definitions: &definitions)),
            ])
        case .mapping(let keys): self = Self.mapping(keys, definitions: &definitions)
        case .tagged(_, let variants):
            var alternatives: [JSON] = []
            for variant in variants {
                alternatives.append(Self.mapping(variant.keys, definitions: &definitions))
            }
            self = .object([("oneOf", .list(alternatives))])
        }
    }

    private static func anyOf(_ alternatives: [JSON]) -> JSON {
        .object([("anyOf", .list(alternatives))])
    }

    private static func quantity(_ quantity: Quantity, _ range: ClosedRange<UInt32>) -> JSON {
        let lowest = quantity.format(range.lowerBound)
        let highest = quantity.format(range.upperBound)
        return .object([
            ("type", .string("string")), ("pattern", .string(quantity.pattern)),
            ("description", .string("\(quantity.expectation); \(lowest) to \(highest)")),
        ])
    }

    private static func text(_ rule: Shape.TextRule) -> JSON {
        .object(
            [("type", .string("string")), ("maxLength", .integer(rule.maximumLength))]
                + (rule.pattern.map { [("pattern", .string($0))] } ?? []))
    }

    private static func integer(_ range: ClosedRange<Int>) -> JSON {
        .object([
            ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
            ("maximum", .integer(range.upperBound)),
        ])
    }

    private static func mapping(
        _ keys: Shape.Keys, definitions: inout [(String, JSON)]
    ) -> JSON {
        let reference = keys.definition.map { name in
            JSON.object([("$ref", .string("#/$defs/\(name)"))])
        }
        if let reference, definitions.contains(where: { $0.0 == keys.definition }) {
            return reference
        }
        var properties: [(String, JSON)] = []
        for key in keys.keys {
            let value = JSON(key.shape, definitions: &definitions)
            properties.append((key.name, value.described(key.summary)))
        }
        let required = keys.keys.filter(\.isRequired).map { JSON.string($0.name) }
        let object = JSON.object(
            [("type", .string("object")), ("additionalProperties", .boolean(false))]
                + (required.isEmpty ? [] : [("required", .list(required))])
                + (keys.needsOne ? [("minProperties", .integer(1))] : [])
                + [("properties", .object(properties))])
        guard let reference, let name = keys.definition else { return object }
        definitions.append((name, object))
        return reference
    }

    /// With the key's summary before what the value's form says.
    private func described(_ summary: String) -> JSON {
        guard case .object(var members) = self else { return self }
        if let index = members.firstIndex(where: { $0.0 == "description" }),
            case .string(let form) = members.remove(at: index).1
        {
            return .object([("description", .string("\(summary) Written as \(form)."))] + members)
        }
        return .object([("description", .string(summary))] + members)
    }

    func text(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .integer(let value): return String(value)
        case .boolean(let value): return String(value)
        case .string(let text):
            return "\"\(text.map { "\\\"".contains($0) ? "\\\($0)" : String($0) }.joined())\""
        case .list(let elements):
            return "[\(elements.map { $0.text(indent: inner) }.joined(separator: ", "))]"
        case .object(let members):
            let lines = members.map { "\(inner)\"\($0.0)\": \($0.1.text(indent: inner))" }
            return lines.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        }
    }
}
