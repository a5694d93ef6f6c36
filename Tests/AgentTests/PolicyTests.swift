import Testing

@testable import Agent
@testable import Pods

@Suite struct PolicyTests {
    private func configuration(_ policies: String, annotations: Bool = true) throws
        -> AgentConfiguration
    {
        try AgentConfigurationParser.parse(
            """
            apiVersion: tcptune.dev/v1
            kind: Agent
            annotations: \(annotations)
            policies:
            \(policies)
            """, file: "agent.yaml")
    }

    private func pod(
        _ namespace: String?, labels: [String: String]? = [:], annotation: String? = nil
    ) -> Pod {
        Pod(
            namespace: namespace, name: namespace == nil ? nil : "pod", uid: "1", containers: [],
            isReady: true, labels: labels,
            annotations: labels == nil
                ? nil : annotation.map { [AgentConfiguration.annotation: $0] } ?? [:])
    }

    private static let three = """
        - { name: backups, namespaces: [batch, "team-*"], selector: "app=backup", profile: background }
        - { name: system, namespaces: [kube-system], profile: none }
        - { name: rest, profile: wan-bulk }
        """

    @Test func theFirstThatMatches() throws {
        let configuration = try configuration(Self.three)
        func decision(_ pod: Pod) -> PodDecision { PodDecision(pod, configuration) }
        let backup = ["app": "backup"]
        #expect(
            decision(pod("batch", labels: backup)) == .profile("background", .policy("backups")))
        #expect(
            decision(pod("team-a", labels: backup)) == .profile("background", .policy("backups")))
        #expect(decision(pod("batch")) == .profile("wan-bulk", .policy("rest")))
        #expect(decision(pod("team", labels: backup)) == .profile("wan-bulk", .policy("rest")))
        #expect(
            decision(pod("kube-system", labels: backup)) == .noProfile(.policy("system")))
    }

    @Test func noneMatches() throws {
        let configuration = try configuration("- { namespaces: [shop], profile: x }")
        #expect(PodDecision(pod("other"), configuration) == .noProfile(.none))
    }

    @Test func annotationsGoFirst() throws {
        let obeyed = try configuration(Self.three)
        let pod = pod("kube-system", annotation: "datacenter-ecn")
        #expect(PodDecision(pod, obeyed) == .profile("datacenter-ecn", .annotation))
        #expect(
            PodDecision(self.pod("shop", annotation: "none"), obeyed) == .noProfile(.annotation))
        let ignored = try configuration(Self.three, annotations: false)
        #expect(PodDecision(pod, ignored) == .noProfile(.policy("system")))
    }

    /// Without a runtime there are no labels, and sometimes no names.
    @Test func whatIsNotKnown() throws {
        let configuration = try configuration(Self.three)
        func decision(_ pod: Pod) -> PodDecision { PodDecision(pod, configuration) }
        #expect(decision(pod("batch", labels: nil)) == .undecided(policy: "backups"))
        #expect(decision(pod("shop", labels: nil)) == .profile("wan-bulk", .policy("rest")))
        #expect(decision(pod(nil, labels: nil)) == .undecided(policy: "backups"))
        #expect(decision(pod("kube-system", labels: nil)) == .noProfile(.policy("system")))
    }

    @Test(arguments: [
        ("shop", "shop", true), ("shop", "shops", false), ("*", "x", true),
        ("team-*", "team-", true),
        ("team-*", "team", false), ("*-a", "x-b-a", true), ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false), ("**", "", true), ("*a*", "bab", true), ("a", "", false),
    ]) func patterns(_ pattern: String, _ name: String, _ matches: Bool) throws {
        #expect(try #require(NamePattern(pattern)).matches(name) == matches)
    }

    @Test(arguments: ["", "A", "a b", "a/b", "ä", String(repeating: "a", count: 64)])
    func noPatterns(_ text: String) {
        #expect(NamePattern(text) == nil)
    }
}
