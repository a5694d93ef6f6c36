import Host

extension NodePods.List {
    /// The running pod that is meant by NAMESPACE/NAME, by NAME where only one has it, or by its UID.
    package func pod(named text: String) throws(PodError) -> Pod {
        let what = "cannot find the pod '\(text)'"
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
            throw PodError(
                .malformedName, what, because: "that is no pod's name",
                advice: "write NAMESPACE/NAME, or NAME alone")
        }
        let found = pods.filter { $0.title == text || $0.name == text || $0.uid == text }
        let running = found.filter(\.isReady)
        guard let pod = running.first else {
            throw found.isEmpty
                ? noSuchPod(text, what)
                : PodError(.noCgroup, what, because: "it isn't running")
        }
        guard running.count == 1 else {
            let titles = Set(running.map(\.title))
            let names = titles.count == running.count ? titles.sorted() : running.map(\.uid)
            throw PodError(
                .ambiguous, what,
                because: "several have this name: " + names.joined(separator: ", "),
                advice: "give one of these")
        }
        return try withCgroup(pod)
    }

    /// The running pods with such labels.
    package func pods(matching selector: PodSelector) throws(PodError) -> [Pod] {
        if let reason {
            throw PodError(
                .noLabels, "cannot select pods by label",
                because: "only the container runtime knows labels: \(reason)",
                advice: "give --cri-endpoint PATH, or name pods with --pod")
        }
        var result: [Pod] = []
        for pod in pods where pod.isReady && selector.matches(pod.labels ?? [:]) {
            result.append(try withCgroup(pod))
        }
        return result
    }

    private func withCgroup(_ pod: Pod) throws(PodError) -> Pod {
        guard pod.cgroup == nil else { return pod }
        throw PodError(
            .noCgroup, "cannot use the pod \(pod.title)",
            because:
                "it has no directory of its own in the cgroup v2 hierarchy that this host shows",
            advice: "run this on the node itself, in its pid and cgroup namespaces; a runtime that "
                + "uses cgroup v1 alone can't be served")
    }

    private func noSuchPod(_ text: String, _ what: String) -> PodError {
        let titles = pods.filter(\.isReady).map(\.title)
        let known =
            text.contains("/") ? titles : pods.filter(\.isReady).compactMap(\.name)
        let near = nearest(to: text, in: Set(known))
        let advice = near.isEmpty ? "'tcptune pods' lists them" : nil
        return PodError(
            .noSuchPod, what, because: "no pod of this node has that name",
            advice: advice ?? "did you mean \(near.joined(separator: ", "))?")
    }
}
