import CongestionControl
import Telemetry

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
    func append(to line: inout String) {
        for (index, field) in fields.enumerated() {
            if index > 0 { line += " " }
            line += field.name
            if case .group = field.value {} else { line += "=" }
            field.value.append(to: &line)
        }
    }

    var json: JSON {
        .object(
            Dictionary(
                fields.map { ($0.name, $0.value.json) }, uniquingKeysWith: { first, _ in first }))
    }
}

extension ControllerState.Value {
    fileprivate func append(to line: inout String) {
        switch self {
        case .bool(let value): line += value ? "yes" : "no"
        case .signed(let value): line += String(value)
        case .unsigned(let value): line += String(value)
        case .decimal(let value): line += Format.decimal(value)
        case .name(let name): line += name
        case .list(let values):
            line += "["
            for (index, value) in values.enumerated() {
                if index > 0 { line += "," }
                value.append(to: &line)
            }
            line += "]"
        case .group(let state):
            line += "("
            state.append(to: &line)
            line += ")"
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
