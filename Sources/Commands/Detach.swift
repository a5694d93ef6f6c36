import ArgumentParser
import Tuner

struct Detach: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take the profile off cgroups.",
        discussion: """
            New connections are as if there had been none. Open ones keep their controller until \
            they end, or with --existing get the host's default; socket options stay.
            """)

    @OptionGroup var target: TargetOptions

    @Flag(name: .long, help: "Every profile on this host.")
    var all = false

    @Flag(name: .long, help: "Give open connections the host's default controller.")
    var existing = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard all == target.isEmpty else {
            throw ValidationError(
                "Give --all, or cgroups (--cgroup, --unit, --pid, --pod, --pod-selector), one of both."
            )
        }
    }

    func run() throws {
        let tuner = try Tuner()
        let report =
            all
            ? try tuner.detachAll(existing: existing)
            : try tuner.detach(target.targets(appliedBy: tuner), existing: existing)
        for controller in report.lingering { Console.error(controller.words) }
        output.print(
            json: .object([
                "detached": .array(report.cgroups.map { .string("/" + $0) }),
                "released": report.released.map { .integer($0) } ?? .null,
                "lingering": report.lingering.json,
            ])
        ) {
            var text = report.cgroups.map { "/\($0): detached\n" }.joined()
            if text.isEmpty { text = "nothing was applied\n" }
            if let released = report.released {
                text += "released \(released) open connections\n"
            }
            return text
        }
    }
}

struct GarbageCollection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove what belongs to cgroups that are gone.",
        discussion: "Every change does the same first; this is for a host that sees none.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try Tuner().collectGarbage()
        output.print(
            json: .object([
                "cgroups": .array(report.goneCgroups.map { .string("/" + $0) }),
                "interrupted": .integer(report.halfMade),
                "unregistered": .array(report.unregistered.map { .string($0) }),
                "lingering": report.lingering.json,
            ])
        ) {
            var lines = report.goneCgroups.map { "/\($0): gone" }
            lines += report.unregistered.map { "unregistered \($0)" }
            if report.halfMade > 0 { lines.append("\(report.halfMade) interrupted changes undone") }
            lines += report.lingering.map(\.words)
            return (lines.isEmpty ? ["nothing to do"] : lines).map { $0 + "\n" }.joined()
        }
    }
}

extension LingeringController {
    var words: String {
        "\(name) stays registered until its \(connections) sockets are closed: "
            + "the next change or 'tcptune gc' removes it then"
    }
}

extension [LingeringController] {
    var json: JSON {
        .array(
            map { .object(["name": .string($0.name), "sockets": .integer($0.connections)]) })
    }
}
