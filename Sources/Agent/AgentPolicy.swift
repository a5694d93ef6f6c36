import Pods
import Profiles
import Tuner

/// A configuration with the profiles that it asks for: what is in force as a whole, or not at all.
package struct AgentPolicy {
    package let configuration: AgentConfiguration
    private let catalog: ProfileCatalog
    /// Those that the policies name, which may be paths.
    private var profiles: [String: Profile] = [:]
    /// Those that annotations name, never paths: anybody who may make pods writes them.
    private var annotated: [String: Result<Profile, ProfileError>] = [:]

    /// Reads a configuration and every profile that it names, and has them tried on this host.
    ///
    /// - Parameter tuner: nil: nothing is tried, the texts alone are checked.
    package init(
        path: String, catalog: ProfileCatalog = ProfileCatalog(), _ tuner: Tuner?
    ) throws(AgentError) {
        do throws(ProfileError) {
            configuration = try AgentConfigurationParser.load(path)
        } catch {
            throw AgentError(description: error.description)
        }
        self.catalog = catalog
        var failures: [String] = []
        for policy in configuration.policies {
            guard case .named(let name) = policy.profile, profiles[name] == nil else { continue }
            do {
                let profile = try catalog.find(name)
                _ = try tuner?.plan(profile, for: [])
                profiles[name] = profile
            } catch let error as ProfileError {
                failures.append("\(path):\(policy.place): \(error)")
            } catch {
                failures.append("\(path):\(policy.place): profile \(name): \(error)")
            }
        }
        guard failures.isEmpty else {
            throw AgentError(description: failures.joined(separator: "\n"))
        }
    }

    /// What a pod is to get.
    package func decision(for pod: Pod) -> PodDecision { PodDecision(pod, configuration) }

    /// Those of annotations are read when the first pod wants them.
    package mutating func profile(
        _ name: String, for reason: PodDecision.Reason
    ) throws(ProfileError) -> Profile {
        if reason != .annotation, let profile = profiles[name] { return profile }
        if let known = annotated[name] { return try known.get() }
        let found = Result { () throws(ProfileError) in try catalog.find(named: name) }
        // Names that pods make up mustn't fill the memory.
        if annotated.count < Self.maximumProfiles { annotated[name] = found }
        return try found.get()
    }

    private static let maximumProfiles = 1000
}

/// A configuration that can't come into force: all that is wrong with it and its profiles.
package struct AgentError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
}
