import Pods
import Profiles
import TestSupport
import Testing

@testable import Agent

@Suite struct ConfigurationTests {
    private static let head = "apiVersion: tcptune.dev/v1\nkind: Agent\n"

    private func parse(_ text: String) throws -> AgentConfiguration {
        try AgentConfigurationParser.parse(Self.head + text, file: "agent.yaml")
    }

    private func errors(_ text: String) -> [String] {
        do {
            _ = try parse(text)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test func everything() throws {
        let configuration = try parse(
            """
            policies:
              - name: backups
                namespaces: [batch, "team-*"]
                selector: app=backup,tier!=db
                profile: background
              - { profile: none }
            annotations: false
            existing: false
            resync: 90s
            export: { file: /var/lib/tcptune.prom, interval: 30s, format: openmetrics }
            http: 127.0.0.1:9464
            runtime: { endpoints: ["unix:///run/crio/crio.sock"], timeout: 500ms }
            """)
        let policies = configuration.policies
        #expect(policies.map(\.name) == ["backups", "policies[1]"])
        #expect(policies[0].namespaces.map(\.text) == ["batch", "team-*"])
        #expect(try policies[0].selector == PodSelector("app=backup,tier!=db"))
        #expect(policies.map(\.profile) == [.named("background"), .none])
        #expect(configuration.profiles == ["background"])
        #expect(!configuration.annotations && !configuration.existing)
        #expect(configuration.resync == .seconds(90))
        #expect(configuration.export?.file == "/var/lib/tcptune.prom")
        #expect(configuration.export?.interval == .seconds(30))
        #expect(configuration.export?.format == .openMetrics)
        #expect(configuration.http == "127.0.0.1:9464")
        #expect(configuration.endpoints == ["/run/crio/crio.sock"])
        #expect(configuration.timeout == .milliseconds(500))
    }

    @Test func nothing() throws {
        let configuration = try parse("")
        #expect(configuration == AgentConfiguration())
        #expect(configuration.annotations && configuration.existing)
        #expect(configuration.endpoints == ContainerRuntime.endpoints)
    }

    @Test(arguments: [
        ("policies: [{ profil: x }]", "3:12: missing key 'profile' in policies[0]"),
        ("policies: [{ profil: x }]", "3:14: unknown key 'profil' in policies[0], did you mean"),
        ("policies: [{ profile: '' }]", "3:23: policies[0].profile is empty"),
        ("policies: [{ profile: x, namespaces: [Shop] }]", "3:39: policies[0].namespaces[0] is no"),
        ("policies: [{ profile: x, namespaces: [] }]", "3:38: policies[0].namespaces has 0"),
        (
            "policies: [{ profile: x, selector: 'a=,b' }, { profile: y, selector: '=x' }]",
            "3:70: policies[1].selector: '=x' is no requirement"
        ),
        (
            "policies: [{ name: a, profile: x }, { name: a, profile: y }]",
            "3:45: policies[1].name is another policy's"
        ),
        ("resync: 60", "3:9: resync: '60' has no unit"),
        ("resync: 10ms", "3:9: resync: '10ms' is out of range"),
        ("export: { file: tcptune.prom }", "3:17: export.file is no absolute path"),
        ("export: { interval: 5s }", "3:9: missing key 'file' in export"),
        ("runtime: { endpoints: [x.sock] }", "3:24: runtime.endpoints[0] is no absolute path"),
        ("annotation: true", "3:1: unknown key 'annotation', did you mean 'annotations'?"),
        ("existing: 1", "3:11: existing is the number 1, expected true or false"),
        ("policies: {}", "3:11: policies is a mapping, expected a list of policies"),
    ]) func refused(_ text: String, _ words: String) {
        let errors = errors(text)
        #expect(errors.contains { $0.hasPrefix("agent.yaml:" + words) }, "\(errors)")
    }

    @Test func otherDocuments() {
        let profile = "apiVersion: tcptune.dev/v1\nkind: Profile\n"
        #expect(throws: ProfileError.self) {
            try AgentConfigurationParser.parse(profile, file: "x")
        }
        #expect(throws: ProfileError.self) { try AgentConfigurationParser.parse("", file: "x") }
        #expect(throws: ProfileError.self) {
            try AgentConfigurationParser.parse("\0\u{1}", file: "x")
        }
    }

    /// A profile that isn't there is named with the place that asks for it.
    @Test func missingProfiles() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            Self.head + "policies:\n  - { profile: wan-bukl }\n  - { profile: /nowhere.yaml }\n",
            to: "agent.yaml"
        ).string
        let error = #expect(throws: AgentError.self) {
            try AgentPolicy(path: path, nil)
        }
        let lines = try #require(error).description.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("\(path):4:16: wan-bukl: no profile of that name"))
        #expect(lines[1].hasPrefix("\(path):5:16: /nowhere.yaml: can't be read"))
    }

    /// All that is wrong is said, in the order of the text.
    @Test func severalErrors() {
        let errors = errors(
            "policies: [{ profile: x, selector: '=' }]\nresync: 60\nhttp: [1]\nnothing: 1")
        #expect(errors.map { $0.split(separator: ":")[1] } == ["3", "4", "5", "6"])
    }
}
