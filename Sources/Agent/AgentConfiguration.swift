import Metrics
import Pods
import SystemPackage

/// What the agent is told to do: `/etc/tcptune/agent.yaml`.
package struct AgentConfiguration: Sendable, Equatable {
    /// Which pods get which profile; the first that matches counts.
    package struct Policy: Sendable, Equatable {
        /// For logs: the given one, or its place in the file.
        package let name: String
        /// Empty: all.
        package let namespaces: [NamePattern]
        /// Nil: whatever the labels are.
        package let selector: PodSelector?
        package let profile: ProfileChoice
        /// Of the profile in the file: `7:14`.
        package let place: String
    }

    /// A profile by name or path, or `none`.
    package enum ProfileChoice: Sendable, Hashable {
        case none
        case named(String)

        init(_ text: String) { self = text == "none" ? .none : .named(text) }
    }

    /// Metrics in a file.
    package struct Export: Sendable, Equatable {
        package let file: FilePath
        package let interval: Duration
        package let format: ExpositionFormat
    }

    package var policies: [Policy] = []
    /// Whether the annotation ``annotation`` on a pod goes before all policies.
    package var annotations = true
    /// Whether open connections of a pod are taken over when it gets its profile.
    package var existing = true
    /// How often everything is looked at, whatever was said to have changed.
    package var resync = Duration.seconds(60)
    package var export: Export?
    /// Where `/metrics`, `/healthz` and `/readyz` are served: `127.0.0.1:9464`; nil: nowhere.
    package var http: String?
    /// Sockets of container runtimes, of which the first that knows pods counts.
    package var endpoints = ContainerRuntime.endpoints
    /// Of each call to a runtime.
    package var timeout = Duration.seconds(3)

    /// What a pod is annotated with to choose its profile.
    package static let annotation = "tcptune.dev/profile"

    /// The profiles that the policies name, each once.
    package var profiles: [String] {
        var seen: Set<String> = []
        return policies.compactMap { policy in
            guard case .named(let name) = policy.profile else { return nil }
            return seen.insert(name).inserted ? name : nil
        }
    }
}
