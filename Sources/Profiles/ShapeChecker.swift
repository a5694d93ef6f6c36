import PlainText

/// A value that has the right shape, and where it is.
package struct CheckedValue {
    indirect enum Content {
        /// A number in the unit it is stored in.
        case integer(UInt32)
        case boolean(Bool)
        case text(String)
        case prefix(IPPrefix)
        case bytes([UInt8])
        case cadence(HeaderOption.Cadence)
        case parameter(ParameterValue)
        case list([CheckedValue])
        case mapping([String: CheckedValue])
        /// Under a key that is there, what doesn't fit: it has been noted.
        case invalid
    }

    let content: Content
    package let location: Location

    /// The value under a key, `nil` when it is absent (or this is no mapping).
    package subscript(key: String) -> CheckedValue? {
        if case .mapping(let values) = content { values[key] } else { nil }
    }

    package var list: [CheckedValue] { if case .list(let values) = content { values } else { [] } }
    package var text: String? { if case .text(let text) = content { text } else { nil } }
    package var integer: UInt32? { if case .integer(let value) = content { value } else { nil } }
    package var boolean: Bool? { if case .boolean(let value) = content { value } else { nil } }
    var prefix: IPPrefix? { if case .prefix(let value) = content { value } else { nil } }
    var bytes: [UInt8]? { if case .bytes(let value) = content { value } else { nil } }
    var cadence: HeaderOption.Cadence? {
        if case .cadence(let value) = content { value } else { nil }
    }
    var parameters: [String: ParameterValue] {
        guard case .mapping(let values) = content else { return [:] }
        return values.compactMapValues {
            if case .parameter(let value) = $0.content { value } else { nil }
        }
    }
}

/// Compares a tree with a shape: keeps what fits, and notes all that doesn't.
struct ShapeChecker {
    private(set) var diagnostics: [ProfileError.Diagnostic] = []

    /// The value as the shape has it; `nil`, and at least one diagnostic, when it doesn't fit.
    mutating func check(_ node: YAMLNode, _ shape: Shape, path: String) -> CheckedValue? {
        switch shape {
        case .list(let element, let what, let count):
            return checkList(node, of: element, what: what, count: count, path: path)
        case .mapping(let keys):
            return checkMapping(node, keys, path: path)
        case .tagged(let tag, let variants):
            return checkTagged(node, by: tag, variants, path: path)
        case .dictionary(let rule, let value):
            return checkDictionary(node, rule, value, path: path)
        default:
            guard case .scalar(let text, let plain) = node.content else {
                note(node.location, "\(path) is \(node.kind)", expected: shape.expectation)
                return nil
            }
            do {
                let content = try shape.scalar(text, YAMLScalar(text, plain: plain))
                return CheckedValue(content: content, location: node.location)
            } catch {
                let problem = error.problem.isEmpty ? "is \(node.kind)" : error.problem
                let subject = error.problem.isEmpty ? path : "\(path):"
                note(node.location, "\(subject) \(problem)", expected: error.expected)
                return nil
            }
        }
    }

    private mutating func checkList(
        _ node: YAMLNode, of element: Shape, what: String, count: ClosedRange<Int>, path: String
    ) -> CheckedValue? {
        guard case .list(let nodes) = node.content else {
            note(node.location, "\(path) is \(node.kind)", expected: "a list of \(what)")
            return nil
        }
        guard count.contains(nodes.count) else {
            let bound =
                nodes.count < count.lowerBound
                ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
            note(node.location, "\(path) has \(nodes.count) \(what)", expected: bound)
            return nil
        }
        let values = nodes.enumerated().compactMap { index, node in
            check(node, element, path: "\(path)[\(index)]")
        }
        return CheckedValue(content: .list(values), location: node.location)
    }

    private mutating func checkTagged(
        _ node: YAMLNode, by tag: String, _ variants: [Shape.Variant], path: String
    ) -> CheckedValue? {
        let tags = variants.map(\.tag)
        guard case .mapping(let entries) = node.content else {
            note(node.location, "\(path) is \(node.kind)", expected: "a mapping with \(tag)")
            return nil
        }
        guard let entry = entries.first(where: { $0.key == tag }) else {
            note(
                node.location, "missing key '\(tag)' in \(path)",
                expected: Self.alternatives(tags))
            return nil
        }
        guard case .scalar(let text, _) = entry.value.content else {
            note(
                entry.value.location, "\(path).\(tag) is \(entry.value.kind)",
                expected: Self.alternatives(tags))
            return nil
        }
        guard let variant = variants.first(where: { $0.tag == text }) else {
            diagnostics.append(
                entry.value.location.diagnostic(
                    "unknown \(tag) \(Quoted(text)) in \(path)",
                    hint: Suggestions.question(for: text, in: tags)
                        ?? "expected \(Self.alternatives(tags))"))
            return nil
        }
        return checkMapping(node, variant.keys, path: path, of: "\(tag) \(text)")
    }

    /// - Parameter variant: what it is one of several, for messages.
    private mutating func checkMapping(
        _ node: YAMLNode, _ keys: Shape.Keys, path: String, of variant: String? = nil
    ) -> CheckedValue? {
        let names = keys.keys.map(\.name)
        guard case .mapping(let entries) = node.content else {
            note(
                node.location, "\(path.isEmpty ? "the file" : path) is \(node.kind)",
                expected: "a mapping with \(Self.alternatives(names))")
            return nil
        }
        let place = (path.isEmpty ? "" : " in \(path)") + (variant.map { " of \($0)" } ?? "")
        var values: [String: CheckedValue] = [:]
        for entry in entries {
            let entryPath = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            if let key = keys.keys.first(where: { $0.name == entry.key }) {
                values[entry.key] =
                    check(entry.value, key.shape, path: entryPath)
                    ?? CheckedValue(content: .invalid, location: entry.value.location)
            } else {
                diagnostics.append(
                    entry.location.diagnostic(
                        "unknown key \(Quoted(entry.key))\(place)",
                        hint: Suggestions.question(for: entry.key, in: names)
                            ?? "expected \(Self.alternatives(names))"))
            }
        }
        let given = Set(entries.map(\.key))
        for key in keys.keys where key.isRequired && !given.contains(key.name) {
            note(
                node.location, "missing key '\(key.name)'\(place)",
                expected: key.shape.expectation)
        }
        if keys.needsOne && entries.isEmpty {
            note(node.location, "\(path) is empty", expected: Self.alternatives(names))
        }
        return CheckedValue(content: .mapping(values), location: node.location)
    }

    private mutating func checkDictionary(
        _ node: YAMLNode, _ rule: Shape.TextRule, _ shape: Shape, path: String
    ) -> CheckedValue? {
        guard case .mapping(let entries) = node.content else {
            note(node.location, "\(path) is \(node.kind)", expected: "a mapping of names to values")
            return nil
        }
        var values: [String: CheckedValue] = [:]
        for entry in entries {
            guard rule.matches(entry.key) else {
                note(
                    entry.location, "\(path): \(Quoted(entry.key)) is no name here",
                    expected: rule.expectation)
                continue
            }
            values[entry.key] = check(entry.value, shape, path: "\(path).\(entry.key)")
        }
        return CheckedValue(content: .mapping(values), location: node.location)
    }

    private mutating func note(_ location: Location, _ problem: String, expected: String) {
        diagnostics.append(location.diagnostic(problem, expected: expected))
    }

    private static func alternatives(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return "\(names.dropLast().joined(separator: ", ")) or \(last)"
    }
}
