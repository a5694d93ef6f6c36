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
                Self.quote($0.key, to: &$1)
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
        case .string(let value): Self.quote(value, to: &text)
        case .array(let values):
            Self.list(values, "[", "]", to: &text, indent) { value, text in
                value.write(to: &text, indent: indent + 2)
            }
        case .object(let members):
            Self.list(members.sorted { $0.key < $1.key }, "{", "}", to: &text, indent) {
                Self.quote($0.key, to: &$1)
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

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        // Most there is, and several times as fast.
        guard value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 > 0x7e })
        else {
            text += value
            text += "\""
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where Printable.isHarmful(scalar):
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSON {
    /// `null` where there is none.
    init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
    init(_ value: UInt64?) { self = value.map { .unsigned($0) } ?? .null }
}
