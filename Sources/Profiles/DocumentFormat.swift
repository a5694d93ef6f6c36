import PlainText

/// A kind of file: the keys that it may have, and what it says that it is.
package struct DocumentFormat: Sendable {
    package let kind: String
    package let root: Shape.Keys

    /// Version 1: what the file says that it is, then these keys.
    package init(kind: String, keys: [Shape.Key]) {
        self.kind = kind
        root = Shape.Keys(
            keys: [
                Shape.Key(
                    name: "apiVersion", shape: .constant(Self.apiVersion), isRequired: true,
                    summary: "The format's version."),
                Shape.Key(
                    name: "kind", shape: .constant(kind), isRequired: true,
                    summary: "What the file is."),
            ] + keys)
    }

    package static let apiVersion = "tcptune.dev/v1"

    /// In bytes; a profile of 63 rules with hundreds of prefixes each is a tenth of it.
    package static let maximumSize = 1 << 20
    /// More diagnostics than this help nobody.
    private static let maximumDiagnostics = 100

    /// What a text says, and what is wrong with it; `nil` where it can't be made out.
    ///
    /// - Throws: ``ProfileError`` when it is no text or not of this kind.
    package func read(
        _ text: String, file: String
    ) throws(ProfileError) -> (value: CheckedValue?, diagnostics: [ProfileError.Diagnostic]) {
        guard text.utf8.count <= Self.maximumSize else { throw .tooLarge(file) }
        guard !text.utf8.contains(0) else { throw .binary(file) }
        let (root, duplicates) = try Self.tree(text, file: file)
        guard let root else { throw .empty(file, format: self) }
        if let wrong = otherFormat(root) {
            throw ProfileError(invalid: file, diagnostics: [wrong])
        }
        var checker = ShapeChecker()
        let value = checker.check(root, .mapping(self.root), path: "")
        return (value, duplicates + checker.diagnostics)
    }

    private static func tree(
        _ text: String, file: String
    ) throws(ProfileError) -> (YAMLNode?, [ProfileError.Diagnostic]) {
        do {
            return try YAMLReader.read(text)
        } catch {
            throw ProfileError(
                invalid: file,
                diagnostics: [error.location.diagnostic(error.problem, expected: error.expected)])
        }
    }

    /// With another version or kind, what the rest of the file should be isn't known.
    private func otherFormat(_ root: YAMLNode) -> ProfileError.Diagnostic? {
        guard case .mapping(let entries) = root.content else { return nil }
        for entry in entries {
            guard case .scalar(let text, _) = entry.value.content else { continue }
            if entry.key == "apiVersion", text != Self.apiVersion {
                return entry.value.location.diagnostic(
                    "apiVersion \(Quoted(text)) is not one this build reads",
                    expected: Self.apiVersion)
            }
            if entry.key == "kind", text != kind {
                return entry.value.location.diagnostic(
                    "kind \(Quoted(text)) is no \(kind.lowercased())", expected: kind)
            }
        }
        return nil
    }

    /// In the order of the text, and no more than help.
    package static func arranged(
        _ diagnostics: [ProfileError.Diagnostic]
    ) -> [ProfileError.Diagnostic] {
        let sorted = diagnostics.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                < (right.element.line ?? 0, right.element.column ?? 0, right.offset)
        }.map(\.element)
        guard sorted.count > maximumDiagnostics else { return sorted }
        let more = ProfileError.Diagnostic(
            line: nil, column: nil,
            problem: "\(sorted.count - maximumDiagnostics) more errors",
            expected: "correct these first")
        return sorted.prefix(maximumDiagnostics) + [more]
    }
}

extension ProfileError {
    fileprivate static func empty(_ file: String, format: DocumentFormat) -> ProfileError {
        ProfileError(
            .unreadable, file: file, problem: "is empty",
            expected: "expected a \(format.kind) (apiVersion: \(DocumentFormat.apiVersion))")
    }

    static func tooLarge(_ file: String) -> ProfileError {
        ProfileError(
            .unreadable, file: file, problem: "is too large",
            expected: "expected at most 1 MiB of YAML")
    }

    static func binary(_ file: String) -> ProfileError {
        ProfileError(
            .unreadable, file: file, problem: "is not text", expected: "expected YAML in UTF-8")
    }
}
