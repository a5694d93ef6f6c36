/// Reads profiles: text in, a profile or everything that is wrong with it out.
public enum ProfileParser {
    /// More diagnostics than this help nobody.
    private static let maximumDiagnostics = 100

    /// Reads a profile from text.
    ///
    /// - Parameters:
    ///   - text: one YAML document of at most 1 MiB.
    ///   - file: what to call it in messages; also the profile's ``Profile/source``.
    /// - Throws: ``ProfileError`` with all that is wrong, in the order of the text.
    public static func parse(_ text: String, file: String) throws(ProfileError) -> Profile {
        try check(text, file: file)
        let (root, duplicates) = try read(text, file: file)
        guard let root else { throw .empty(file) }
        if let wrong = otherFormat(root) {
            throw ProfileError(invalid: file, diagnostics: [wrong])
        }
        var checker = ShapeChecker()
        var builder = ProfileBuilder()
        var profile = checker.check(root, .mapping(ProfileFormat.root), path: "")
            .map { builder.build($0) }
        let diagnostics = duplicates + checker.diagnostics + builder.diagnostics
        profile?.source = file
        guard diagnostics.isEmpty, let profile else {
            throw ProfileError(invalid: file, diagnostics: arranged(diagnostics))
        }
        return profile
    }

    private static func check(_ text: String, file: String) throws(ProfileError) {
        guard text.utf8.count <= ProfileFormat.maximumSize else { throw .tooLarge(file) }
        guard !text.utf8.contains(0) else { throw .binary(file) }
    }

    private static func read(
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
    private static func otherFormat(_ root: YAMLNode) -> ProfileError.Diagnostic? {
        guard case .mapping(let entries) = root.content else { return nil }
        for entry in entries {
            guard case .scalar(let text, _) = entry.value.content else { continue }
            if entry.key == "apiVersion", text != ProfileFormat.apiVersion {
                return entry.value.location.diagnostic(
                    "apiVersion \(Quoted(text)) is not one this build reads",
                    expected: ProfileFormat.apiVersion)
            }
            if entry.key == "kind", text != ProfileFormat.kind {
                return entry.value.location.diagnostic(
                    "kind \(Quoted(text)) is no profile", expected: ProfileFormat.kind)
            }
        }
        return nil
    }

    private static func arranged(
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
    static func empty(_ file: String) -> ProfileError {
        ProfileError(
            .unreadable, file: file, problem: "is empty",
            expected: "expected a \(ProfileFormat.kind) (apiVersion: \(ProfileFormat.apiVersion))")
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
