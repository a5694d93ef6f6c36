import PlainText

/// A JSON value; objects are written with their keys sorted, so that output is stable.
///
/// Own code because tens of thousands of connections are written one by one as they are read,
/// which `JSONEncoder` can't.
enum JSON {
    case null
    case bool(Bool)
    case integer(Int)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// On several lines, with two spaces a level.
    func text(indent: Int = 0) -> String {
        var result = ""
        write(to: &result, indent: indent)
        return result
    }

    /// On one line, without spaces.
    var line: String {
        var result = ""
        writeLine(to: &result)
        return result
    }

    private func writeLine(to text: inout String) {
        func join<Element>(
            _ elements: [Element], _ text: inout String, _ write: (Element, inout String) -> Void
        ) {
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element, &text)
            }
        }
        switch self {
        case .array(let values):
            text += "["
            join(values, &text) { $0.writeLine(to: &$1) }
            text += "]"
        case .object(let members):
            text += "{"
            join(members.sorted { $0.key < $1.key }, &text) {
                Printable.appendQuoted($0.key, to: &$1)
                $1 += ":"
                $0.value.writeLine(to: &$1)
            }
            text += "}"
        default: write(to: &text, indent: 0)
        }
    }

    private func write(to text: inout String, indent: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): Printable.appendQuoted(value, to: &text)
        case .array(let values):
            Self.list(values, "[", "]", to: &text, indent) { value, text in
                value.write(to: &text, indent: indent + 2)
            }
        case .object(let members):
            Self.list(members.sorted { $0.key < $1.key }, "{", "}", to: &text, indent) {
                Printable.appendQuoted($0.key, to: &$1)
                $1 += ": "
                $0.value.write(to: &$1, indent: indent + 2)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, to text: inout String,
        _ indent: Int, _ write: (Element, inout String) -> Void
    ) {
        guard !elements.isEmpty else {
            text += open + close
            return
        }
        text += open
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: " ", count: indent + 2)
            write(element, &text)
        }
        text += "\n" + String(repeating: " ", count: indent) + close
    }
}

extension JSON {
    /// `null` where there is none.
    init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
    init(_ value: UInt64?) { self = value.map { .unsigned($0) } ?? .null }
}
