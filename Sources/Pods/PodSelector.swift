/// Which labels pods must have, as `kubectl --selector` takes them: `app=web,tier!=db,canary,!old`.
package struct PodSelector: Sendable, Hashable {
    enum Requirement: Sendable, Hashable {
        case equal(key: String, value: String)
        /// Pods without the label meet it, too.
        case notEqual(key: String, value: String)
        case present(key: String)
        case absent(key: String)
    }

    let requirements: [Requirement]

    package init(_ text: String) throws(PodError) {
        var requirements: [Requirement] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let requirement = Self.requirement(part) else {
                let part = part.trimmed
                throw PodError(
                    .malformedSelector, "the pod selector '\(text)' isn't understood",
                    because: part.isEmpty ? "a part is empty" : "'\(part)' is no requirement",
                    advice: "write key=value, key!=value, key or !key, with commas between")
            }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Whether all requirements are met.
    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .equal(let key, let value): labels[key] == value
            case .notEqual(let key, let value): labels[key] != value
            case .present(let key): labels[key] != nil
            case .absent(let key): labels[key] == nil
            }
        }
    }

    private static func requirement(_ part: Substring) -> Requirement? {
        guard let sign = part.firstIndex(of: "=") else {
            let key = part.trimmed
            let isAbsent = key.first == "!"
            let name = isAbsent ? key.dropFirst().trimmed : key
            guard isKey(name) else { return nil }
            return isAbsent ? .absent(key: name) : .present(key: name)
        }
        var key = part[..<sign]
        var value = part[part.index(after: sign)...]
        let isNegated = key.last == "!"
        if isNegated {
            key.removeLast()
        } else if value.first == "=" {
            value.removeFirst()
        }
        let (name, text) = (key.trimmed, value.trimmed)
        guard isKey(name), isValue(text) else { return nil }
        return isNegated ? .notEqual(key: name, value: text) : .equal(key: name, value: text)
    }

    /// A name, with or without a domain before it: `app`, `app.kubernetes.io/name`.
    private static func isKey(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { !$0.isEmpty && isValue(String($0)) }
    }

    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}

extension Substring {
    /// Without spaces at the ends.
    fileprivate var trimmed: String {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
