import CongestionControl

// What controllers show of their state, for people and as JSON.

extension StateDescription {
    /// A table of the fields below a heading of its own; groups are followed by their fields.
    var table: String {
        var table = Table(["STATE", "KIND", ""])
        add(to: &table, prefix: "")
        return table.text
    }

    private func add(to table: inout Table, prefix: String) {
        for field in fields {
            table.add([prefix + field.name, field.kindName, field.documentation])
            field.group?.add(to: &table, prefix: prefix + field.name + ".")
        }
    }

    var json: JSON {
        .array(
            fields.map { field in
                .object([
                    "name": .string(field.name), "kind": .string(field.kindName),
                    "documentation": .string(field.documentation),
                    "fields": field.group?.json ?? .null,
                ])
            })
    }
}

extension ControllerState {
    /// On one line: `velocity=1 standing(current_us=10230 previous_us=10180)`.
    var line: String {
        fields.map { field in
            if case .group(let state) = field.value { return "\(field.name)(\(state.line))" }
            return "\(field.name)=\(field.value.text)"
        }.joined(separator: " ")
    }

    var json: JSON {
        .object(
            Dictionary(
                fields.map { ($0.name, $0.value.json) }, uniquingKeysWith: { first, _ in first }))
    }
}

extension ControllerState.Value {
    fileprivate var text: String {
        switch self {
        case .bool(let value): value ? "yes" : "no"
        case .signed(let value): String(value)
        case .unsigned(let value): String(value)
        case .decimal(let value): Format.decimal(value)
        case .name(let name): name
        case .list(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .group(let state): "(" + state.line + ")"
        }
    }

    fileprivate var json: JSON {
        switch self {
        case .bool(let value): .bool(value)
        case .signed(let value): .integer(Int(value))
        case .unsigned(let value): .unsigned(value)
        case .decimal(let value): .number(value)
        case .name(let name): .string(name)
        case .list(let values): .array(values.map(\.json))
        case .group(let state): state.json
        }
    }
}
