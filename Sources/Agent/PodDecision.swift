import Pods

/// What is to become of a pod, and why; pure.
package enum PodDecision: Sendable, Equatable {
    case profile(String, Reason)
    case noProfile(Reason)
    /// A policy before any that matches asks for what isn't known: the name, or the labels.
    case undecided(policy: String)

    package enum Reason: Sendable, Equatable, CustomStringConvertible {
        case annotation
        case policy(String)
        /// No policy matches.
        case none

        package var description: String {
            switch self {
            case .annotation: "annotation \(AgentConfiguration.annotation)"
            case .policy(let name): "policy \(name)"
            case .none: "no policy"
            }
        }
    }

    private init(_ choice: AgentConfiguration.ProfileChoice, _ reason: Reason) {
        switch choice {
        case .none: self = .noProfile(reason)
        case .named(let name): self = .profile(name, reason)
        }
    }
}

extension PodDecision {
    /// A pod whose annotations aren't known counts as one without.
    package init(_ pod: Pod, _ configuration: AgentConfiguration) {
        if configuration.annotations, let text = pod.annotations?[AgentConfiguration.annotation] {
            self.init(AgentConfiguration.ProfileChoice(text), .annotation)
            return
        }
        for policy in configuration.policies {
            switch policy.matches(pod) {
            case true?:
                self.init(policy.profile, .policy(policy.name))
                return
            case false?: continue
            case nil:
                self = .undecided(policy: policy.name)
                return
            }
        }
        self = .noProfile(.none)
    }
}

extension AgentConfiguration.Policy {
    /// Nil: it can't be told, since the name or the labels aren't known.
    func matches(_ pod: Pod) -> Bool? {
        let inNamespace: Bool? =
            if namespaces.isEmpty { true } else {
                pod.namespace.map { name in namespaces.contains { $0.matches(name) } }
            }
        let hasLabels: Bool? =
            if let selector { pod.labels.map(selector.matches) } else { true }
        if inNamespace == false || hasLabels == false { return false }
        return inNamespace == nil || hasLabels == nil ? nil : true
    }
}
