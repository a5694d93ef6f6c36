import PlainText

/// A place in a text, counted from 1; the column in characters.
package struct Location: Hashable, Comparable, CustomStringConvertible {
    var line: Int
    var column: Int

    package var description: String { "\(line):\(column)" }

    package static func < (left: Location, right: Location) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    /// What is wrong here, and what was expected (without that word).
    package func diagnostic(_ problem: String, expected: String) -> ProfileError.Diagnostic {
        diagnostic(problem, hint: expected.isEmpty ? "" : "expected \(expected)")
    }

    /// What is wrong here, and a whole phrase on what to do.
    func diagnostic(_ problem: String, hint: String) -> ProfileError.Diagnostic {
        ProfileError.Diagnostic(line: line, column: column, problem: problem, expected: hint)
    }
}

/// A YAML value with its place; aliases are already replaced by what they stand for.
struct YAMLNode {
    indirect enum Content {
        /// `plain` is false for quoted and block scalars, which are always text.
        case scalar(String, plain: Bool)
        case list([YAMLNode])
        case mapping([YAMLEntry])
    }

    let content: Content
    let location: Location
    /// Nodes in it, itself included, aliases counted as what they stand for.
    let size: Int
    /// Levels in it: 1 for a scalar.
    let height: Int

    /// What it is, for error messages.
    var kind: String {
        switch content {
        case .scalar(let text, let plain):
            switch YAMLScalar(text, plain: plain) {
            case .null: "empty"
            case .boolean(let value): "the boolean \(value)"
            case .integer, .number, .hugeNumber: "the number \(text)"
            case .text: "the text \(Quoted(text))"
            }
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A key and its value.
struct YAMLEntry {
    let key: String
    let location: Location
    let value: YAMLNode
}

/// What a scalar means: the core schema of YAML 1.2, decimal numbers only.
///
/// `yes`, `on` and `010` are text here, not a boolean or a number as in YAML 1.1.
enum YAMLScalar: Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    /// A number that fits neither.
    case hugeNumber
    case text(String)

    init(_ text: String, plain: Bool) {
        guard plain else {
            self = .text(text)
            return
        }
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default: self = Self.number(text) ?? .text(text)
        }
    }

    /// `[-+]? digits (. digits)? ([eE] [-+]? digits)?`, no leading zeros.
    private static func number(_ text: String) -> YAMLScalar? {
        var rest = text.utf8[...]
        func skipSign() {
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                rest.removeFirst()
            }
        }
        func skipDigits() -> Int {
            let digits = rest.prefix(while: isDigit)
            rest = rest[digits.endIndex...]
            return digits.count
        }
        skipSign()
        let leadingZero = rest.first == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && !leadingZero else { return nil }
        if rest.isEmpty { return Int(text).map(Self.integer) ?? .hugeNumber }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard skipDigits() > 0 else { return nil }
        }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(text) else { return nil }
        return value.isFinite ? .number(value) : .hugeNumber
    }
}
