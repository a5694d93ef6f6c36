import ArgumentParser
import BPF
import Profiles
import Tuner

struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a profile on cgroups.",
        discussion: """
            New connections of the cgroups and of those below them get it at once; with nested \
            cgroups the innermost profile is in force. It stays when this command ends, until it \
            is detached. Applying the same again changes nothing.
            """)

    @Argument(help: "A profile's name, or the path of its file.")
    var profile: String

    @OptionGroup var target: TargetOptions

    @Flag(name: .long, help: "Take over connections that are open already.")
    var existing = false

    @Flag(name: .long, help: "Start the cgroups' statistics anew.")
    var resetStats = false

    @Flag(name: .long, help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var optionPlugins: OptionDirectories
    @OptionGroup var output: OutputOptions
    @OptionGroup var verbose: VerboseOption

    func validate() throws {
        guard !target.isEmpty else {
            throw ValidationError(
                "Which cgroup? Give --cgroup PATH, --unit NAME, --pid PID, --pod NAMESPACE/NAME or "
                    + "--pod-selector LABELS.")
        }
    }

    func run() throws {
        Object.keepMemory()
        let profile = try ProfileCatalog().find(profile)
        let targets = try target.targets()
        let tuner = try plugins.tuner(optionPlugins)
        if dryRun {
            let plan = try tuner.plan(profile, for: targets)
            print(plan, adopted: nil, done: false)
        } else {
            let options = ApplyOptions(existing: existing, resetStatistics: resetStats)
            let report = try tuner.apply(profile, to: targets, options: options)
            print(report.plan, adopted: report.adopted, done: true)
        }
    }

    private func print(_ plan: Plan, adopted: ApplyReport.Adopted?, done: Bool) {
        for warning in plan.warnings + plan.passedOver { Console.error("warning: \(warning)") }
        output.print(json: json(plan, adopted, done)) {
            var text = ""
            for controller in plan.registrations {
                text += "\(done ? "registered" : "would register") \(controller)\n"
            }
            for controller in plan.updates {
                text += "\(done ? "replaced" : "would replace") the version of \(controller)\n"
            }
            for step in plan.steps { text += "/\(step.cgroup): \(words(step, plan, done))\n" }
            if let adopted {
                text += "took over \(adopted.connections) open connections\n"
                if adopted.withoutCallbacks > 0 {
                    text += "\(adopted.withoutCallbacks) of them without RTT and cwnd statistics: "
                    text += "this kernel has no iterator-callbacks (6.12 has)\n"
                }
            } else if !done && existing {
                text += "would take over open connections\n"
            }
            return text
        }
    }

    private func words(_ step: Plan.Step, _ plan: Plan, _ done: Bool) -> String {
        switch step.action {
        case .attach: "\(done ? "applied" : "would apply") \(plan.profile)"
        case .replace(let old) where old == plan.profile:
            "\(done ? "applied" : "would apply") the changed \(plan.profile)"
        case .replace(let old):
            "\(done ? "replaced" : "would replace") \(old) with \(plan.profile)"
        case .keep: "\(plan.profile) is applied already"
        }
    }

    private func json(_ plan: Plan, _ adopted: ApplyReport.Adopted?, _ done: Bool) -> JSON {
        .object([
            "dryRun": .bool(!done),
            "profile": .string(plan.profile),
            "registered": .array(plan.registrations.map { .string($0) }),
            "updated": .array(plan.updates.map { .string($0) }),
            "warnings": .array((plan.warnings + plan.passedOver).map { .string($0) }),
            "cgroups": .array(
                plan.steps.map { step in
                    let (action, old): (String, JSON) =
                        switch step.action {
                        case .attach: ("attach", .null)
                        case .replace(let old): ("replace", .string(old))
                        case .keep: ("keep", .null)
                        }
                    return .object([
                        "cgroup": .string("/" + step.cgroup), "action": .string(action),
                        "replaced": old,
                    ])
                }),
            "adopted": adopted.map { .integer($0.connections) } ?? .null,
        ])
    }
}
