/// What the agent did about a pod, and why.
package struct PodChange: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        case applied
        /// Another profile, or an older state of the same.
        case replaced(String)
        /// Another tool had taken it off.
        case repaired
        case detached
        /// The pod's cgroup is gone, and with it the attachment.
        case gone

        /// The metric's label.
        package var name: String {
            switch self {
            case .applied: "applied"
            case .replaced: "replaced"
            case .repaired: "repaired"
            case .detached: "detached"
            case .gone: "gone"
            }
        }

        static let names = ["applied", "replaced", "repaired", "detached", "gone"]
    }

    package let action: Action
    /// NAMESPACE/NAME, or the UID.
    package let pod: String
    /// Below the cgroup2 mount.
    package let cgroup: String
    package let profile: String
    package let reason: String
}
