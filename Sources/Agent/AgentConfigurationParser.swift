import Metrics
import Pods
import Profiles
import SystemPackage

/// Reads the agent's configuration: text in, a configuration or everything that is wrong with it out.
package enum AgentConfigurationParser {
    private static let format = DocumentFormat(
        kind: "Agent",
        keys: [
            Shape.Key(
                name: "policies",
                shape: .list(of: .mapping(policy), what: "policies", count: 0...1000),
                summary: "Which pods get which profile; the first that matches counts."),
            Shape.Key(
                name: "annotations", shape: .boolean,
                summary: "Whether a pod's annotation goes before the policies."),
            Shape.Key(
                name: "existing", shape: .boolean,
                summary: "Whether open connections are taken over."),
            Shape.Key(
                name: "resync", shape: .number(.quantity(.milliseconds, 1000...3_600_000)),
                summary: "How often everything is looked at."),
            Shape.Key(name: "export", shape: .mapping(export), summary: "Metrics in a file."),
            Shape.Key(
                name: "http", shape: .text(.description),
                summary: "The address for /metrics, /healthz and /readyz."),
            Shape.Key(
                name: "runtime", shape: .mapping(runtime), summary: "The container runtime."),
        ])

    private static let policy = Shape.Keys(keys: [
        Shape.Key(name: "name", shape: .text(.profileName), summary: "For the log."),
        Shape.Key(
            name: "namespaces",
            shape: .list(of: .text(.description), what: "namespaces", count: 1...1000),
            summary: "Names, in which * stands for any characters."),
        Shape.Key(
            name: "selector", shape: .text(.description),
            summary: "Labels: key=value, key!=value, key, !key, with commas between."),
        Shape.Key(
            name: "profile", shape: .text(.description), isRequired: true,
            summary: "A profile's name or path, or none."),
    ])

    private static let export = Shape.Keys(keys: [
        Shape.Key(
            name: "file", shape: .text(.description), isRequired: true, summary: "Its path."),
        Shape.Key(
            name: "interval", shape: .number(.quantity(.milliseconds, 1000...86_400_000)),
            summary: "How often it is written."),
        Shape.Key(
            name: "format", shape: .choice(["prometheus", "openmetrics"]), summary: "Its format."),
    ])

    private static let runtime = Shape.Keys(keys: [
        Shape.Key(
            name: "endpoints",
            shape: .list(of: .text(.description), what: "sockets", count: 1...16),
            summary: "Paths of sockets, of which the first whose runtime has pods counts."),
        Shape.Key(
            name: "timeout", shape: .number(.quantity(.milliseconds, 10...60_000)),
            summary: "Of each call."),
    ])

    package static func load(_ path: String) throws(ProfileError) -> AgentConfiguration {
        try parse(
            DocumentFormat.text(of: path, orElse: "give another one with --config"), file: path)
    }

    /// - Parameter file: what to call it in messages.
    package static func parse(
        _ text: String, file: String
    ) throws(ProfileError) -> AgentConfiguration {
        let (value, problems) = try format.read(text, file: file)
        var builder = AgentConfigurationBuilder()
        let configuration = value.map { builder.build($0) }
        let diagnostics = problems + builder.diagnostics
        guard diagnostics.isEmpty, let configuration else {
            throw ProfileError(invalid: file, diagnostics: DocumentFormat.arranged(diagnostics))
        }
        return configuration
    }
}

/// Makes a configuration of values that have the right shape.
private struct AgentConfigurationBuilder {
    private(set) var diagnostics: [ProfileError.Diagnostic] = []

    mutating func build(_ root: CheckedValue) -> AgentConfiguration {
        var configuration = AgentConfiguration()
        var names: Set<String> = []
        for (place, value) in (root["policies"]?.list ?? []).enumerated() {
            let path = "policies[\(place)]"
            let policy = policy(value, path)
            if !names.insert(policy.name).inserted, let name = value["name"] {
                note(name, "\(path).name is another policy's", expected: "one of its own")
            }
            configuration.policies.append(policy)
        }
        if let value = root["annotations"]?.boolean { configuration.annotations = value }
        if let value = root["existing"]?.boolean { configuration.existing = value }
        if let value = root["resync"]?.milliseconds { configuration.resync = value }
        if let export = root["export"] { configuration.export = self.export(export) }
        configuration.http = root["http"]?.text
        let runtime = root["runtime"]
        if let endpoints = runtime?["endpoints"]?.list {
            configuration.endpoints = endpoints.enumerated().compactMap {
                path($1, "runtime.endpoints[\($0)]")
            }
        }
        if let value = runtime?["timeout"]?.milliseconds { configuration.timeout = value }
        return configuration
    }

    private mutating func policy(
        _ value: CheckedValue, _ path: String
    ) -> AgentConfiguration.Policy {
        var namespaces: [NamePattern] = []
        for (place, name) in (value["namespaces"]?.list ?? []).enumerated() {
            guard let pattern = name.text.flatMap(NamePattern.init) else {
                note(
                    name, "\(path).namespaces[\(place)] is no namespace's name",
                    expected: "a-z, 0-9, '-', and '*' for any of them, at most 63 characters")
                continue
            }
            namespaces.append(pattern)
        }
        var selector: PodSelector?
        if let given = value["selector"], let text = given.text {
            do throws(PodError) {
                selector = try PodSelector(text)
            } catch {
                note(
                    given, "\(path).selector: \(error.reason)",
                    expected: "key=value, key!=value, key or !key, with commas between")
            }
        }
        let profile = value["profile"]
        if profile?.text == "" {
            note(
                profile!, "\(path).profile is empty", expected: "a profile's name or path, or none")
        }
        return AgentConfiguration.Policy(
            name: value["name"]?.text ?? path, namespaces: namespaces, selector: selector,
            profile: AgentConfiguration.ProfileChoice(profile?.text ?? ""),
            place: "\((profile ?? value).location)")
    }

    private mutating func export(_ value: CheckedValue) -> AgentConfiguration.Export? {
        guard let given = value["file"], let file = path(given, "export.file") else { return nil }
        return AgentConfiguration.Export(
            file: file, interval: value["interval"]?.milliseconds ?? .seconds(15),
            format: value["format"]?.text == "openmetrics" ? .openMetrics : .prometheus)
    }

    /// An absolute one: a service's working directory is nothing to count on.
    private mutating func path(_ value: CheckedValue, _ name: String) -> FilePath? {
        guard var text = value.text else { return nil }
        if text.hasPrefix("unix://") { text.removeFirst(7) }
        let path = FilePath(text)
        guard path.isAbsolute, path.lastComponent != nil else {
            note(value, "\(name) is no absolute path", expected: "one that begins with '/'")
            return nil
        }
        return path
    }

    private mutating func note(_ value: CheckedValue, _ problem: String, expected: String) {
        diagnostics.append(value.location.diagnostic(problem, expected: expected))
    }
}

extension CheckedValue {
    fileprivate var milliseconds: Duration? { integer.map { .milliseconds(Int($0)) } }
}
