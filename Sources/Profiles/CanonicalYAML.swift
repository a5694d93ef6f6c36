extension Profile {
    /// The profile as YAML in a fixed order with normalised units, only what is set.
    ///
    /// Reading it again gives the same profile; equal profiles have the same text.
    public var canonicalYAML: String {
        var lines: [String] = []
        ProfileDocument(self).write(to: &lines, indent: "")
        return lines.joined(separator: "\n") + "\n"
    }

    /// 16 hexadecimal digits that are the same for the same meaning, whatever the order, the
    /// comments and the units of the file: 64-bit FNV-1a of ``canonicalYAML``.
    public var contentHash: String {
        FNV1a.digits(canonicalYAML.utf8)
    }
}

extension ProfileDocument {
    /// Text as a YAML scalar: plain where that reads back as the same text, else in quotes.
    static func text(_ text: String) -> ProfileDocument {
        let isSafe = text.utf8.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                || "_./-".utf8.contains($0)
        }
        if isSafe, let first = text.utf8.first, !"-.".utf8.contains(first),
            YAMLScalar(text, plain: true) == .text(text)
        {
            return .scalar(text)
        }
        return .scalar("\"\(text.unicodeScalars.map(escape).joined())\"")
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch (scalar, scalar.properties.generalCategory) {
        case ("\"", _), ("\\", _): "\\\(scalar)"
        case ("\n", _): "\\n"
        case ("\t", _): "\\t"
        case (_, .control), (_, .format), (_, .lineSeparator), (_, .paragraphSeparator),
            (_, .privateUse), (_, .unassigned):
            "\\U" + hexadecimal(scalar.value)
        default: String(scalar)
        }
    }

    fileprivate func write(to lines: inout [String], indent: String) {
        switch self {
        case .scalar(let text): lines.append(indent + text)
        case .list(let elements):
            for element in elements {
                let start = lines.count
                element.write(to: &lines, indent: indent + "  ")
                lines[start] = "\(indent)- \(lines[start].dropFirst(indent.count + 2))"
            }
        case .mapping(let pairs):
            for (key, value) in pairs {
                if let flow = value.flow {
                    lines.append("\(indent)\(key): \(flow)")
                } else {
                    lines.append("\(indent)\(key):")
                    value.write(to: &lines, indent: indent + "  ")
                }
            }
        }
    }

    /// On one line: scalars, lists of scalars, and what is empty.
    var flow: String? {
        switch self {
        case .scalar(let text): return text
        case .mapping(let pairs): return pairs.isEmpty ? "{}" : nil
        case .list(let elements):
            let texts = elements.compactMap { if case .scalar(let text) = $0 { text } else { nil } }
            return texts.count == elements.count ? "[\(texts.joined(separator: ", "))]" : nil
        }
    }
}
