/// What is different between two profiles in meaning: order, comments and units don't count.
public struct ProfileDiff: Sendable, Equatable {
    /// One value that differs.
    public struct Change: Sendable, Equatable {
        /// Keys from the top, `spec.rules[0].when.port`.
        public let path: String
        /// As the canonical form has it; `nil` where only the new profile has it.
        public let old: String?
        /// As the canonical form has it; `nil` where only the old profile has it.
        public let new: String?
    }

    /// In the order of the canonical form.
    public let changes: [Change]

    /// Whether the profiles mean the same.
    public var isEmpty: Bool { changes.isEmpty }

    /// Compares two profiles; rules are compared by their place, which has a meaning.
    public init(from old: Profile, to new: Profile) {
        let before = ProfileDocument(old, defaults: true)
        let after = ProfileDocument(new, defaults: true)
        changes = Self.changes(before, after, path: "")
    }

    private static func changes(
        _ old: ProfileDocument?, _ new: ProfileDocument?, path: String
    ) -> [Change] {
        if case .scalar(let old)? = old, case .scalar(let new)? = new {
            return old == new ? [] : [Change(path: path, old: old, new: new)]
        }
        let oldChildren = old?.children ?? []
        let newChildren = new?.children ?? []
        if oldChildren.isEmpty && newChildren.isEmpty {
            return old?.flow == new?.flow
                ? [] : [Change(path: path, old: old?.flow, new: new?.flow)]
        }
        // A stable merge: the old profile's keys, then those that only the new one has.
        let oldNames = oldChildren.map(\.name)
        let names = oldNames + newChildren.map(\.name).filter { !oldNames.contains($0) }
        return names.flatMap { name in
            changes(
                oldChildren.first { $0.name == name }?.value,
                newChildren.first { $0.name == name }?.value,
                path: path.isEmpty ? String(name.dropFirst()) : path + name)
        }
    }
}

extension ProfileDocument {
    /// What is compared piece by piece; a list of scalars is one piece.
    fileprivate var children: [(name: String, value: ProfileDocument)] {
        switch self {
        case .mapping(let pairs): return pairs.map { (".\($0.key)", $0.value) }
        case .list(let elements) where flow == nil:
            return elements.enumerated().map { ("[\($0.offset)]", $0.element) }
        default: return []
        }
    }
}
