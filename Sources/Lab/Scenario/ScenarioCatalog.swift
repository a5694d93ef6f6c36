import Profiles

/// Where scenarios are found: files by path, then what is built in.
package struct ScenarioCatalog: Sendable {
    private let traces: TraceFiles

    package init(traces: TraceFiles = TraceFiles()) {
        self.traces = traces
    }

    /// The scenario in a file, or of a name.
    ///
    /// - Parameter nameOrPath: a path if it holds a "/" or ends in .yaml, else a name.
    package func find(_ nameOrPath: String) throws(ProfileError) -> Scenario {
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") {
            return try ScenarioParser.parse(
                DocumentFormat.text(of: nameOrPath, orElse: "name one of `tcptune bench list`"),
                file: nameOrPath, traces: traces)
        }
        guard let text = EmbeddedScenarios.texts[nameOrPath] else {
            throw ProfileError(
                .unknown, file: nameOrPath, problem: "no scenario of that name",
                expected: Suggestions.question(
                    for: nameOrPath, in: EmbeddedScenarios.texts.keys.sorted())
                    ?? "`tcptune bench list` shows those there are")
        }
        return try ScenarioParser.parse(text, file: "built-in \(nameOrPath)", traces: traces)
    }

    /// All that are built in, by name.
    package func list() -> [(name: String, scenario: Result<Scenario, ProfileError>)] {
        EmbeddedScenarios.texts.keys.sorted().map { name in
            (name, Result { () throws(ProfileError) in try find(name) })
        }
    }
}
