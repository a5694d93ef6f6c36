import Host
import Pods
import Profiles
import Tuner

/// Makes the kernel have what is wanted: pods and policies against what is attached.
///
/// What is attached is read whole now and then, and when somebody else has changed something; in
/// between only pods that lack something are looked at.
package struct Reconciler {
    /// What one pass did.
    package struct Outcome: Sendable {
        package var changes: [PodChange] = []
        /// Of pods that had no such problem before.
        package var newProblems: [(pod: String, problem: PodProblem)] = []
        /// What isn't as it should be with pods that are tuned.
        package var warnings: [String] = []
        /// Open connections that were taken over.
        package var connections = 0
        /// Open connections whose callbacks another program had cleared, by pod.
        package var restored: [(pod: String, connections: Int)] = []
    }

    let tuner: Tuner
    let hierarchy: CgroupHierarchy
    /// Nil: this kernel doesn't let callbacks be set again.
    var restorer: CallbackRestorer?
    /// What is attached, by cgroup.
    var known: [UInt64: Attachment] = [:]
    private var knownChanges: UInt32?
    /// Controllers of these that another tool has unregistered.
    private var missing: Set<String> = []
    /// By the pods' UID.
    package private(set) var problems: [String: PodProblem] = [:]
    /// Pods that run, and those of them that have the profile they are to have.
    package private(set) var counts = (pods: 0, tuned: 0)

    package init(_ tuner: Tuner, _ hierarchy: CgroupHierarchy) {
        self.tuner = tuner
        self.hierarchy = hierarchy
        restorer = CallbackRestorer(tuner)
    }

    /// As it was at the last pass, by cgroup.
    package var attachments: [Attachment] {
        known.values.filter { $0.state == .active }.sorted { $0.cgroup < $1.cgroup }
    }

    /// - Parameter whole: look at everything, and try again what failed.
    package mutating func reconcile(
        _ list: NodePods.List, _ policy: inout AgentPolicy, whole: Bool
    ) throws(TunerError) -> Outcome {
        let changes = try tuner.changeCount()
        if whole || changes == nil || changes != knownChanges {
            known = Dictionary(
                try tuner.attachments().map { ($0.cgroupID, $0) }, uniquingKeysWith: { $1 })
            missing = Set(try tuner.missingControllers(of: Array(known.values)))
        }
        // Of a runtime's pods those count whose sandbox is up; the cgroup tree knows less.
        let pods = list.pods.filter { list.runtime == nil ? $0.isThere : $0.isReady }
        var pass = ReconcilerPass(
            known: known, missing: missing, earlier: whole ? [:] : problems)
        for pod in pods { pass.judge(pod, &policy) }
        var outcome = Outcome()
        for wish in pass.wishes.values.sorted(by: { $0.profile.name < $1.profile.name }) {
            apply(wish, existing: policy.configuration.existing, &pass, &outcome)
        }
        missing = []
        detach(pass.unwanted, &outcome)
        try removeGone(except: pass.cgroups, &outcome)
        if whole { restoreCallbacks(&outcome) }
        knownChanges = try tuner.changeCount()
        for pod in pods {
            guard let problem = pass.problems[pod.uid], problem != problems[pod.uid] else {
                continue
            }
            outcome.newProblems.append((pod.title, problem))
        }
        problems = pass.problems
        counts = (pods.count, pass.tuned)
        return outcome
    }
}

extension Pod {
    /// Whether a directory in the cgroup tree is a pod's that runs or is about to: one just made
    /// gets its name a little later, and its containers after that.
    fileprivate var isThere: Bool { name != nil || !containers.isEmpty }
}
