import Host
import Pods
import Tuner

extension Agent {
    /// After a pass that failed.
    private static let patience: UInt64 = 1_000_000_000
    /// Between questions to a runtime that doesn't answer.
    private static let longestPause: UInt64 = 10_000_000_000

    func passIfDue(_ now: UInt64) {
        let isWhole = nextWholePass <= now
        guard isWhole || nextPass.map({ $0 <= now }) == true else { return }
        if isWhole { reloadIfChanged() }
        do {
            try pass(whole: isWhole)
            failure = nil
        } catch {
            metrics.failedPasses += 1
            nextPass = KernelClock.monotonic() + Self.patience
            let words = "\(error)"
            if words != failure { log(.error, "pass failed", ["why": words]) }
            failure = words
        }
    }

    /// Lists the pods and makes the kernel have what they are to have.
    func pass(whole: Bool) throws {
        let begin = KernelClock.monotonic()
        nextPass = nil
        if whole {
            nextWholePass = begin + UInt64(policy.configuration.resync / .nanoseconds(1))
        }
        defer {
            lastPass = KernelClock.monotonic()
            metrics.passes += 1
            metrics.passSeconds += Double(lastPass - begin) / 1e9
        }
        let list = try list()
        tell(try reconciler.reconcile(list, &policy, whole: whole))
        metrics.pods = reconciler.counts.pods
        metrics.tunedPods = reconciler.counts.tuned
        metrics.problems = reconciler.problems.values.reduce(into: [:]) {
            $0[$1.kind, default: 0] += 1
        }
        metrics.runtimeEvents = watch?.hasEvents ?? false
    }

    private func list() throws(HostError) -> NodePods.List {
        let configuration = policy.configuration
        let begin = KernelClock.monotonic()
        // A runtime that failed at its last time would be waited for.
        let endpoints = begin < nextQuestion ? [] : watch?.endpoints ?? configuration.endpoints
        let list = try NodePods(
            hierarchy, endpoints: endpoints, timeout: configuration.timeout
        ).list(after: previous, isBrief: true)
        metrics.runtimeAvailable = list.runtime != nil
        if list.runtime != nil {
            previous = list
            pause = 0
        } else if !endpoints.isEmpty {
            metrics.runtimeErrors += 1
            let now = KernelClock.monotonic()
            pause = min(2 * max(pause, now - begin), Self.longestPause)
            nextQuestion = now + pause
        }
        let source = list.runtime.map { PodSource.runtime($0) } ?? .cgroupTree
        if self.source != source {
            self.source = source
            tell(source, because: endpoints.isEmpty ? watch?.source : list.reason)
        }
        return list
    }

    private func tell(_ source: PodSource, because reason: String?) {
        switch source {
        case .runtime(let name):
            log(.info, "pods are the container runtime's", ["runtime": name])
        case .cgroupTree:
            log(
                .warning, "pods are from the cgroup tree alone, without labels and annotations",
                ["why": reason ?? ""])
        }
        service.notify(.status("pods from \(source)"))
    }

    func tell(_ outcome: Reconciler.Outcome) {
        for change in outcome.changes {
            metrics.changes[change.action.name, default: 0] += 1
            var words = change.reason
            if case .replaced(let old) = change.action { words += ", instead of \(old)" }
            if change.action == .repaired { words += ", which another tool had taken off" }
            log(
                .info, change.action.name,
                [
                    "pod": change.pod, "cgroup": "/" + change.cgroup, "profile": change.profile,
                    "why": words,
                ])
        }
        for (pod, problem) in outcome.newProblems {
            log(
                .warning, "not tuned",
                ["pod": pod, "reason": problem.kind.rawValue, "why": problem.words])
        }
        for warning in outcome.warnings where told.insert(warning).inserted {
            log(.warning, "not all as wanted", ["why": warning])
        }
        if outcome.connections > 0 {
            metrics.adoptedConnections += UInt64(outcome.connections)
            log(.info, "took over", ["connections": String(outcome.connections)])
        }
        if !outcome.restored.isEmpty {
            let connections = outcome.restored.reduce(0) { $0 + $1.connections }
            metrics.restoredConnections += UInt64(connections)
            let more = outcome.restored.count - 1
            log(
                .info, "callbacks set again",
                [
                    "connections": String(connections),
                    "pods": outcome.restored[0].pod + (more > 0 ? " and \(more) more" : ""),
                    "why": "another program had cleared them",
                ])
        }
    }
}
