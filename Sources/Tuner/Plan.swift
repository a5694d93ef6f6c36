import CongestionControl
import Profiles

/// What an apply would do, or did.
public struct Plan: Sendable {
    /// What happens to one cgroup.
    public enum Action: Sendable, Equatable {
        /// Nothing was applied to it.
        case attach
        /// Another profile is; the program is exchanged in one step, the statistics are kept.
        case replace(profile: String)
        /// The same is applied already.
        case keep
    }

    public struct Step: Sendable {
        /// Below the cgroup2 mount.
        public let cgroup: String
        public let action: Action
    }

    /// The profile's name.
    public let profile: String
    /// BPF controllers that are registered for it, with parameters.
    public let registrations: [String]
    /// Those of which another version is registered, which it replaces for new connections.
    public let updates: [String]
    /// Why a preferred controller isn't the one.
    public let passedOver: [String]
    public let steps: [Step]
    /// What isn't as the profile has it, though it can be applied.
    public let warnings: [String]
}
