import ArgumentParser
import Pods
import Tuner

struct PodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pods",
        abstract: "List the pods of this node, and the profile on each.",
        discussion: """
            From the container runtime; where none answers, from the cgroup tree and /var/log/pods. \
            A profile in parentheses is in force from a cgroup above the pod's.
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only running pods with such labels: key=value, key!=value, key, !key, with commas "
                + "between.", valueName: "labels"))
    var podSelector: String?

    @OptionGroup var pods: PodOptions
    @OptionGroup var output: OutputOptions

    private struct Row {
        let pod: Pod
        /// The one on the pod's cgroup, or on the nearest above.
        let attachment: Attachment?

        var isInherited: Bool { attachment?.cgroupID != pod.cgroup?.id }
    }

    func run() throws {
        let selector = try podSelector.map { text throws(PodError) in try PodSelector(text) }
        let list = try pods.list()
        let shown = try selector.map { selector throws(PodError) in
            try list.pods(matching: selector)
        }
        let attachments = attachments()
        let rows = (shown ?? list.pods).map {
            Row(pod: $0, attachment: innermost($0, attachments))
        }
        output.print(json: json(rows, list)) { table(rows) }
    }

    /// Without the right to see them, or a BPF file system, there are none to show.
    private func attachments() -> [Attachment] {
        do {
            return try Tuner().attachments().filter { $0.state == .active }
        } catch {
            Console.error("profiles aren't shown: \(error)")
            return []
        }
    }

    private func innermost(_ pod: Pod, _ attachments: [Attachment]) -> Attachment? {
        guard let cgroup = pod.cgroup else { return nil }
        return attachments.filter {
            $0.cgroupID == cgroup.id || $0.cgroup.isEmpty
                || cgroup.name.hasPrefix($0.cgroup + "/")
        }.max { $0.cgroup.utf8.count < $1.cgroup.utf8.count }
    }

    private func table(_ rows: [Row]) -> String {
        guard !rows.isEmpty else { return "no pods\n" }
        var table = Table([
            "NAMESPACE", "NAME", "UID", "QOS", "CONTAINERS", "PROFILE", "CGROUP",
        ])
        for row in rows {
            let pod = row.pod
            let profile = row.attachment.map { row.isInherited ? "(\($0.profile))" : $0.profile }
            let containers = pod.containers.filter(\.isRunning).map {
                $0.name ?? String($0.id.prefix(12))
            }
            table.add([
                pod.namespace ?? Format.none, pod.name ?? Format.none, pod.uid,
                pod.qos?.rawValue ?? Format.none,
                containers.isEmpty ? Format.none : containers.joined(separator: ", "),
                profile ?? Format.none,
                pod.isReady ? pod.cgroup.map { "/" + $0.name } ?? Format.none : "(not running)",
            ])
        }
        return table.text
    }

    private func json(_ rows: [Row], _ list: NodePods.List) -> JSON {
        .object([
            "runtime": list.runtime.map { .string($0) } ?? .null,
            "pods": .array(rows.map { json($0) }),
        ])
    }

    private func json(_ row: Row) -> JSON {
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        func map(_ value: [String: String]?) -> JSON {
            value.map { .object($0.mapValues { .string($0) }) } ?? .null
        }
        let pod = row.pod
        return .object([
            "namespace": text(pod.namespace), "name": text(pod.name), "uid": .string(pod.uid),
            "qos": text(pod.qos?.rawValue), "ready": .bool(pod.isReady),
            "cgroup": text(pod.cgroup.map { "/" + $0.name }),
            "cgroupID": JSON(pod.cgroup?.id),
            "sandbox": text(pod.sandbox), "pid": pod.pid.map { .integer(Int($0)) } ?? .null,
            "labels": map(pod.labels), "annotations": map(pod.annotations),
            "containers": .array(
                pod.containers.map {
                    .object([
                        "id": .string($0.id), "name": text($0.name),
                        "running": .bool($0.isRunning),
                    ])
                }),
            "profile": text(row.attachment?.profile),
            "profileCgroup": text(row.attachment.map { "/" + $0.cgroup }),
        ])
    }
}
