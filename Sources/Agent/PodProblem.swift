/// Why a pod isn't tuned as it is wanted to be.
package struct PodProblem: Sendable, Hashable {
    /// The metric's label.
    package enum Kind: String, Sendable, CaseIterable {
        /// No profile has the name that an annotation gives, or its file isn't valid.
        case profile
        /// The kernel or the tuner refused.
        case apply
        /// A profile was applied to its cgroup as such, which the agent leaves alone.
        case byHand = "by_hand"
        /// It has no cgroup in the v2 hierarchy.
        case noCgroup = "no_cgroup"
        /// Without the container runtime it can't be told which policy is meant.
        case undecided
    }

    package let kind: Kind
    package let words: String
}
