import ArgumentParser
import Host
import Telemetry
import Tuner

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which profile is on which cgroup.",
        discussion: "Read from the kernel, whoever applied it, and when.")

    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let tuner = try Tuner()
        let attachments = try target.attachments(tuner)
        let statistics = try Telemetry(tuner).statistics(of: attachments)
        let rows = Array(zip(attachments, statistics))
        output.print(json: .array(rows.map { json($0, $1) })) { table(rows) }
        for (attachment, statistics) in rows { explain(attachment, statistics) }
        for name in try tuner.missingControllers(of: attachments) {
            Console.error(
                "\(name) isn't registered any more, so new connections don't get it: "
                    + "apply the profile again")
        }
    }

    private func table(_ rows: [(Attachment, AttachmentStatistics)]) -> String {
        guard !rows.isEmpty else { return "nothing is applied\n" }
        let now = KernelClock.realtime() / 1_000_000_000
        var table = Table(
            ["CGROUP", "PROFILE", "CONTROLLER", "STATE", "OPEN", "SINCE"],
            [.left, .left, .left, .left, .right, .right])
        for (attachment, statistics) in rows {
            let controllers = attachment.controllerLabels.joined(separator: ", ")
            table.add([
                "/" + attachment.cgroup, attachment.profile,
                controllers.isEmpty ? Format.none : controllers, attachment.state.rawValue,
                attachment.collectsStatistics ? String(statistics.open) : Format.none,
                Format.age(seconds: now - min(now, attachment.appliedAt)),
            ])
        }
        return table.text
    }

    /// What isn't as the profile has it.
    private func explain(_ attachment: Attachment, _ statistics: AttachmentStatistics) {
        let name = "/\(attachment.cgroup)"
        switch attachment.state {
        case .active: break
        case .incomplete: Console.error("\(name): an apply was interrupted: apply it again")
        case .detached: Console.error("\(name): another tool took the program off: apply it again")
        case .cgroupGone: Console.error("\(name): the cgroup was removed: 'tcptune gc' cleans up")
        }
        for reason in attachment.passedOver { Console.error("\(name): \(reason)") }
        for failure in statistics.failures {
            Console.error(
                "\(name): \(failure.option) could not be set on \(failure.count) connections: "
                    + failure.reason)
        }
        if statistics.untracked > 0 {
            Console.error(
                "\(name): \(statistics.untracked) connections are tuned but not counted: "
                    + "the kernel had no memory for their state")
        }
    }

    private func json(_ attachment: Attachment, _ statistics: AttachmentStatistics) -> JSON {
        .object([
            "cgroup": .string("/" + attachment.cgroup),
            "cgroupID": .unsigned(attachment.cgroupID),
            "pod": attachment.pod.map { .string($0) } ?? .null,
            "profile": .string(attachment.profile),
            "profileHash": .string(attachment.profileHash),
            "controllers": .array(attachment.controllerLabels.map { .string($0) }),
            "passedOver": .array(attachment.passedOver.map { .string($0) }),
            "state": .string(attachment.state.rawValue),
            "programID": .integer(Int(attachment.programID)),
            "attachedAt": .unsigned(attachment.attachedAt),
            "appliedAt": .unsigned(attachment.appliedAt),
            "open": .unsigned(statistics.open),
            "untracked": .unsigned(statistics.untracked),
            "optionFailures": .array(
                statistics.failures.map {
                    .object([
                        "option": .string($0.option), "count": .unsigned($0.count),
                        "reason": .string($0.reason),
                    ])
                }),
        ])
    }
}
