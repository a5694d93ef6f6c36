import ArgumentParser
import Pods
import Tuner

/// Which cgroups are meant; the same for every command.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A cgroup2 path, absolute or below the mount; can be repeated.", valueName: "path"))
    var cgroup: [String] = []

    @Option(
        name: .long, help: ArgumentHelp("A systemd unit; can be repeated.", valueName: "name"))
    var unit: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A process: the cgroup that it is in; can be repeated.", valueName: "pid"))
    var pid: [Int32] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A pod: NAMESPACE/NAME, NAME where one has it, or its UID; can be repeated.",
            valueName: "name"))
    var pod: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The pods with such labels: key=value, key!=value, key, !key, with commas between.",
            valueName: "labels"))
    var podSelector: String?

    @OptionGroup var pods: PodOptions

    /// Whether none is named: all, for commands that read.
    var isEmpty: Bool {
        cgroup.isEmpty && unit.isEmpty && pid.isEmpty && pod.isEmpty && podSelector == nil
    }

    /// Those named, each pod with the cgroup it has now.
    ///
    /// - Parameter tuner: leaves out those of the selected pods that have no profile; nil: all.
    /// - Parameter announcing: say it where pods are found without their runtime.
    func targets(appliedBy tuner: Tuner? = nil, announcing: Bool = true) throws -> [Target] {
        let others: [Target] =
            cgroup.map { .cgroup($0) } + unit.map { .unit($0) } + pid.map { .process($0) }
        guard !pod.isEmpty || podSelector != nil else { return others }
        let selector = try podSelector.map { text throws(PodError) in try PodSelector(text) }
        let list = try pods.list(announcing: announcing)
        var found = try pod.map { name throws(PodError) in try list.pod(named: name) }
        if let podSelector, let selector {
            var matching = try list.pods(matching: selector)
            guard !matching.isEmpty else {
                throw Failure("no running pod of this node has the labels '\(podSelector)'")
            }
            if let tuner {
                let applied = Set(try tuner.attachments().map(\.cgroupID))
                matching = matching.filter { $0.cgroup.map { applied.contains($0.id) } == true }
                guard !matching.isEmpty else {
                    throw Failure("no profile is applied to pods with the labels '\(podSelector)'")
                }
            }
            found += matching
        }
        return others
            + found.compactMap { pod in
                pod.cgroup.map { .pod(pod.title, cgroup: $0.path.string) }
            }
    }

    /// For commands that read: the ones meant, or all there are.
    func attachments(_ tuner: Tuner, announcing: Bool = true) throws -> [Attachment] {
        isEmpty
            ? try tuner.attachments()
            : try tuner.attachments(of: targets(appliedBy: tuner, announcing: announcing))
    }
}
