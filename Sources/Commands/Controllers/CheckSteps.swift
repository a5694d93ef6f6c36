import CongestionControl
import Workshop

/// What a check of a plug-in has seen so far: lines as they come, or kept for JSON.
struct CheckSteps {
    private struct Step {
        let name: String
        let hasPassed: Bool
        let detail: String
    }

    private let prints: Bool
    private var steps: [Step] = []
    private var outcomes: [SmokeRun.Outcome] = []

    /// In the order in which they are taken.
    private let names: [String]

    static func forController(prints: Bool) -> CheckSteps {
        CheckSteps(
            ControllerPlugin.Check.allCases.map(\.rawValue) + SmokeRun.Transfer.all.map(\.name),
            prints: prints)
    }

    init(_ names: [String], prints: Bool) {
        self.names = names
        self.prints = prints
    }

    mutating func pass(_ name: String, _ detail: String) {
        add(Step(name: name, hasPassed: true, detail: detail))
    }

    /// - Parameter check: what failed; nil: what comes next.
    mutating func fail(_ check: String?, because reason: String) {
        let next = names[min(steps.count, names.count - 1)]
        add(Step(name: check ?? next, hasPassed: false, detail: reason))
    }

    mutating func add(_ outcome: SmokeRun.Outcome) {
        outcomes.append(outcome)
        guard outcome.failure == nil else { return }
        pass(
            outcome.transfer.name,
            "\(outcome.received) bytes in \(Format.microseconds(outcome.duration * 1e6)), "
                + "\(Format.rate(outcome.goodput / 8)), \(outcome.retransmits) retransmits"
                + Self.clamps(outcome) + " (\(outcome.transfer.link))")
    }

    private mutating func add(_ step: Step) {
        steps.append(step)
        guard prints else { return }
        let name = step.name + String(repeating: " ", count: max(0, 12 - step.name.count))
        // Why it failed is said as every error is.
        Console.write("\(name)\(step.hasPassed ? "ok      \(step.detail)" : "failed")\n")
    }

    /// What the framework had to put right.
    static func clamps(_ outcome: SmokeRun.Outcome) -> String {
        switch outcome.clamps {
        case nil: ", not guarded by tcptune's headers"
        case 0?: ""
        case let clamps?: ", \(clamps) times a cwnd, ssthresh or pacing rate of 0 was put right"
        }
    }

    /// - Parameter more: what JSON has beside the steps.
    func end(_ output: OutputOptions, with more: [String: JSON] = [:]) {
        if !prints { output.print(json: json(more), table: { "" }) }
    }

    private func json(_ more: [String: JSON]) -> JSON {
        .object(
            [
                "passed": .bool(steps.allSatisfy(\.hasPassed)),
                "steps": .array(
                    steps.map {
                        .object([
                            "name": .string($0.name), "passed": .bool($0.hasPassed),
                            "detail": .string($0.detail),
                        ])
                    }),
            ].merging(more) { $1 })
    }

    /// Of controllers.
    var transfers: [String: JSON] {
        [
            "transfers": .array(
                outcomes.map {
                    .object([
                        "name": .string($0.transfer.name), "link": .string($0.transfer.link),
                        "bytes": .integer($0.transfer.bytes), "received": .integer($0.received),
                        "seconds": .number($0.duration), "goodput": .number($0.goodput),
                        "retransmits": .integer($0.retransmits),
                        "clamps": $0.clamps.map { .integer($0) } ?? .null,
                    ])
                })
        ]
    }
}
