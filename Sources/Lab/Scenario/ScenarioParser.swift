import LinkModel
import Profiles
import Workloads

/// Reads scenarios: text in, a scenario or everything that is wrong with it out.
package enum ScenarioParser {
    private static let format = DocumentFormat(
        kind: "Scenario",
        keys: [
            Shape.Key(
                name: "metadata", shape: .mapping(metadata), isRequired: true,
                summary: "What the scenario is for."),
            Shape.Key(
                name: "spec", shape: .mapping(spec), isRequired: true,
                summary: "The path, the traffic and the design."),
        ])

    private static let metadata = Shape.Keys(keys: [
        Shape.Key(
            name: "name", shape: .text(.profileName), isRequired: true,
            summary: "The scenario's name; the file's, where it is found by name."),
        Shape.Key(
            name: "description", shape: .text(.description), summary: "What it shows."),
        Shape.Key(
            name: "source", shape: .text(.description), summary: "Where it comes from."),
        Shape.Key(
            name: "expectation", shape: .text(.description), summary: "What is known to come out."),
    ])

    private static let delay = Shape.number(.quantity(.microseconds, 0...10_000_000))

    private static let spec = Shape.Keys(keys: [
        Shape.Key(
            name: "link", shape: .text(.description), isRequired: true,
            summary: "The link, in the words of docs/links.md."),
        Shape.Key(
            name: "workload", shape: .text(.description), isRequired: true,
            summary: "The traffic, in the words of docs/workloads.md."),
        Shape.Key(
            name: "design", shape: .choice(Scenario.Design.allCases.map(\.rawValue)),
            summary: "How the arms meet."),
        Shape.Key(
            name: "family", shape: .choice(Scenario.Family.allCases.map(\.rawValue)),
            summary: "Which addresses the connections use."),
        Shape.Key(
            name: "hosts", shape: .list(of: delay, what: "access delays", count: 1...16),
            summary: "The access delay of each pair of hosts, one way."),
        Shape.Key(
            name: "warmUp", shape: .number(.quantity(.milliseconds, 0...600_000)),
            summary: "What is left out at the start of each run."),
        Shape.Key(
            name: "repeats", shape: .number(.count(1...1000)), summary: "Blocks."),
        Shape.Key(
            name: "marginPermille", shape: .number(.count(0...1000)),
            summary: "Relative differences below it count as none, in thousandths."),
        Shape.Key(name: "a", shape: .text(.description), summary: "The first arm."),
        Shape.Key(name: "b", shape: .text(.description), summary: "The second arm."),
    ])

    /// - Parameter traces: gives a trace's bytes by name.
    package static func parse(
        _ text: String, file: String, traces: TraceFiles
    ) throws(ProfileError) -> Scenario {
        let (value, problems) = try format.read(text, file: file)
        var diagnostics = problems
        let scenario = value.flatMap { build($0, traces, &diagnostics) }
        guard diagnostics.isEmpty, let scenario else {
            throw ProfileError(invalid: file, diagnostics: DocumentFormat.arranged(diagnostics))
        }
        return scenario
    }

    private static func build(
        _ value: CheckedValue, _ traces: TraceFiles,
        _ diagnostics: inout [ProfileError.Diagnostic]
    ) -> Scenario? {
        guard let metadata = value["metadata"], let spec = value["spec"],
            let name = metadata["name"]?.text, let link = spec["link"], let linkText = link.text,
            let load = spec["workload"], let loadText = load.text
        else { return nil }
        func check<Value>(
            _ place: CheckedValue, _ name: String, _ parse: () throws -> Value
        ) -> Value? {
            do {
                return try parse()
            } catch {
                // The errors' carets are right where their lines begin a line.
                diagnostics.append(
                    place.location.diagnostic("\(name) isn't understood:\n\(error)", expected: ""))
                return nil
            }
        }
        let parsed = check(link, "spec.link") {
            try LinkSpec.parse(linkText, traces: traces.bytes)
        }
        let read = check(load, "spec.workload") { try Workload(parsing: loadText) }
        guard let workload = read, parsed != nil else { return nil }
        var scenario = Scenario(name: name, link: linkText, workload: workload)
        scenario.description = metadata["description"]?.text ?? ""
        scenario.source = metadata["source"]?.text ?? ""
        scenario.expectation = metadata["expectation"]?.text ?? ""
        if let design = spec["design"]?.text.flatMap(Scenario.Design.init) {
            scenario.design = design
        }
        if let family = spec["family"]?.text.flatMap(Scenario.Family.init) {
            scenario.family = family
        }
        if let hosts = spec["hosts"]?.list {
            scenario.accessDelays = hosts.compactMap(\.integer).map { Int64($0) * 1000 }
        }
        if let warmUp = spec["warmUp"]?.integer { scenario.warmUp = Double(warmUp) / 1000 }
        if let repeats = spec["repeats"]?.integer { scenario.repeats = Int(repeats) }
        if let margin = spec["marginPermille"]?.integer { scenario.margin = Double(margin) / 1000 }
        scenario.a = spec["a"]?.text ?? scenario.a
        scenario.b = spec["b"]?.text ?? scenario.b
        if scenario.warmUp >= scenario.duration {
            diagnostics.append(
                (spec["warmUp"] ?? load).location.diagnostic(
                    "the warm-up is as long as the workload", expected: "less"))
        }
        return scenario
    }
}
