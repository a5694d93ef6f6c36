import ArgumentParser
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
        help: ArgumentHelp("A process: the cgroup that it is in; can be repeated.", valueName: "pid"))
    var pid: [Int32] = []

    var targets: [Target] {
        cgroup.map { .cgroup($0) } + unit.map { .unit($0) } + pid.map { .process($0) }
    }

    /// For commands that must have one.
    func required() throws -> [Target] {
        guard !targets.isEmpty else {
            throw ValidationError("Which cgroup? Give --cgroup PATH, --unit NAME or --pid PID.")
        }
        return targets
    }

    /// For commands that read: the ones meant, or all there are.
    func attachments(_ tuner: Tuner) throws -> [Attachment] {
        targets.isEmpty ? try tuner.attachments() : try tuner.attachments(of: targets)
    }
}
