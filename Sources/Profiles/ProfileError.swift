/// Why there is no profile: everything that is wrong with it, in the order of the text.
public struct ProfileError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure.
    public enum Code: Sendable {
        /// The file can't be read, or isn't text of a sensible size.
        case unreadable
        /// The text is no valid profile.
        case invalid
        /// There is no profile of that name.
        case unknown
    }

    /// One thing that is wrong.
    public struct Diagnostic: Sendable, Equatable {
        /// Counted from 1; `nil` where it is about the whole file.
        public let line: Int?
        /// In characters, counted from 1; `nil` where it is about the whole file.
        public let column: Int?
        /// What is wrong.
        public let problem: String
        /// What would be right, or what to do.
        public let expected: String
    }

    /// What kind of failure.
    public let code: Code
    /// The file, or the name, the profile was asked for by.
    public let file: String
    /// At least one, in the order of the text.
    public let diagnostics: [Diagnostic]

    package init(_ code: Code, file: String, problem: String, expected: String) {
        self.code = code
        self.file = file
        self.diagnostics = [
            Diagnostic(line: nil, column: nil, problem: problem, expected: expected)
        ]
    }

    package init(invalid file: String, diagnostics: [Diagnostic]) {
        code = .invalid
        self.file = file
        self.diagnostics = diagnostics
    }

    /// One line each: `file:line:column: what is wrong, what was expected`.
    public var description: String {
        diagnostics.map { diagnostic in
            let place = [diagnostic.line, diagnostic.column].compactMap { $0 }.map { ":\($0)" }
            let text = "\(file)\(place.joined()): \(diagnostic.problem)"
            return diagnostic.expected.isEmpty ? text : "\(text), \(diagnostic.expected)"
        }.joined(separator: "\n")
    }
}
