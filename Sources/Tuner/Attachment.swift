import BPF
import CongestionControl

/// A profile on a cgroup, as the kernel has it.
public struct Attachment: Sendable {
    /// How it stands.
    public enum State: String, Sendable {
        /// In force.
        case active
        /// An apply was interrupted: the next apply or detach of this cgroup mends it.
        case incomplete
        /// Another tool detached the program: apply it again.
        case detached
        /// The cgroup was removed: `gc` cleans up.
        case cgroupGone = "cgroup gone"
    }

    public let state: State
    /// Below the cgroup2 mount; where it was, if the cgroup is gone.
    public let cgroup: String
    public let cgroupID: UInt64
    /// NAMESPACE/NAME of the pod that it was applied to; nil: it was applied to the cgroup as such.
    public let pod: String?
    /// Its key in the statistics.
    package let id: UInt64
    /// The profile's name.
    public let profile: String
    /// The same for the same meaning, whatever the file looks like.
    public let profileHash: String
    /// The profile in canonical form.
    public let profileText: String
    /// What its connections run, the base first, then each rule's; nil: untouched.
    package let controllers: [ControllerInstance?]
    /// Why a preferred controller isn't the one.
    public let passedOver: [String]
    /// Whether connections are counted.
    public let collectsStatistics: Bool
    /// Whether its connections' packets carry header options.
    public let hasHeaderOptions: Bool
    /// The plug-ins among its header options.
    package let optionPlugins: [OptionPluginRecord]
    /// The program's id, as `bpftool prog` has it.
    public let programID: UInt32
    /// Seconds since 1970 when the cgroup was attached, and when this profile was put on it.
    public let attachedAt, appliedAt: UInt64

    /// The controllers it uses, with parameters, without repetition.
    public var controllerLabels: [String] {
        var seen: Set<String> = []
        return controllers.compactMap { $0?.label }.filter { seen.insert($0).inserted }
    }
}
