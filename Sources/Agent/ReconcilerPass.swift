import Host
import Pods
import Profiles
import Tuner

/// What is to be done about each pod, found without doing it.
struct ReconcilerPass {
    /// A pod whose cgroup is to be changed.
    struct Subject {
        let pod: Pod
        let cgroup: Cgroup
        let reason: PodDecision.Reason
        /// What is attached now.
        let current: Attachment?

        var target: Target { .pod(pod.title, cgroup: cgroup.path.string) }
    }

    /// The pods that are to get a profile.
    struct Wish {
        let profile: Profile
        var subjects: [Subject] = []
    }

    /// By the name that it is asked for.
    private(set) var wishes: [String: Wish] = [:]
    /// Pods with a profile that are to have none.
    private(set) var unwanted: [Subject] = []
    /// By UID.
    var problems: [String: PodProblem] = [:]
    /// How many have what they are to have.
    var tuned = 0
    /// Those of the pods.
    private(set) var cgroups: Set<UInt64> = []

    private let known: [UInt64: Attachment]
    private let missing: Set<String>
    private let earlier: [String: PodProblem]

    /// - Parameter missing: controllers that another tool has unregistered.
    /// - Parameter earlier: what isn't tried again.
    init(known: [UInt64: Attachment], missing: Set<String>, earlier: [String: PodProblem]) {
        self.known = known
        self.missing = missing
        self.earlier = earlier
    }

    mutating func judge(_ pod: Pod, _ policy: inout AgentPolicy) {
        guard let cgroup = pod.cgroup else {
            problems[pod.uid] = PodProblem(
                kind: .noCgroup, words: "it has no cgroup in the v2 hierarchy of this host")
            return
        }
        cgroups.insert(cgroup.id)
        let current = known[cgroup.id]
        let isTuned = current?.state == .active && current?.pod != nil
        let decision = policy.decision(for: pod)
        // What the policies say of a pod whose annotations aren't known is a guess: good enough for one
        // that has no profile, or for another state of the one it has, not to take that away.
        if isTuned, pod.annotations == nil, policy.configuration.annotations,
            current?.profile != Self.profile(decision, &policy)
        {
            tuned += 1
            return
        }
        switch decision {
        case .profile(let name, let reason):
            wish(
                name, for: Subject(pod: pod, cgroup: cgroup, reason: reason, current: current),
                &policy)
        case .noProfile(let reason):
            guard isTuned else { return }
            unwanted.append(
                Subject(pod: pod, cgroup: cgroup, reason: reason, current: current))
        case .undecided(let policy):
            guard !isTuned else {
                tuned += 1
                return
            }
            problems[pod.uid] = PodProblem(
                kind: .undecided,
                words: "policy \(policy) asks for what only the container runtime knows")
        }
    }

    /// The name of the one decided for.
    private static func profile(_ decision: PodDecision, _ policy: inout AgentPolicy) -> String? {
        guard case .profile(let name, let reason) = decision else { return nil }
        return (try? policy.profile(name, for: reason))?.name
    }

    private mutating func wish(
        _ name: String, for subject: Subject, _ policy: inout AgentPolicy
    ) {
        let uid = subject.pod.uid
        if let current = subject.current, current.state == .active, current.pod == nil {
            problems[uid] = PodProblem(
                kind: .byHand,
                words: "profile \(current.profile) was applied to its cgroup by hand")
            return
        }
        do throws(ProfileError) {
            let profile = try policy.profile(name, for: subject.reason)
            if let current = subject.current, current.state == .active,
                current.has(profile), current.uses(noneOf: missing)
            {
                tuned += 1
            } else if let problem = earlier[uid], problem.kind == .apply {
                problems[uid] = problem
            } else {
                wishes[name, default: Wish(profile: profile)].subjects.append(subject)
            }
        } catch {
            problems[uid] = PodProblem(
                kind: .profile, words: "\(subject.reason): \(error.description)")
        }
    }
}

extension Attachment {
    func has(_ profile: Profile) -> Bool {
        self.profile == profile.name && profileHash == profile.contentHash
    }

    fileprivate func uses(noneOf missing: Set<String>) -> Bool {
        missing.isEmpty
            || !controllers.contains { $0.map { missing.contains($0.registeredName) } == true }
    }
}
