import Glibc
import Host
import SystemPackage
import Tuner

/// A benchmark: two arms, a path, and how often they meet on it.
package struct Benchmark: Sendable {
    package var scenario: Scenario
    package var path: BenchPath
    package var a: Arm
    package var b: Arm
    package var seed: UInt64
    /// What makes the traffic; nil: the scenario's workload.
    package var commands: LoadCommands?
    /// Whether A also runs against itself.
    package var calibrates = false
    /// Below which a directory of results is made.
    package var results: FilePath
    /// The command line that repeats it.
    package var command = ""
    /// Of tcptune.
    package var version = ""
    /// This program's file, which is started again for the load.
    package var binary = "/proc/self/exe"

    /// How often a run that something disturbed is made in all.
    private static let attempts = 3

    package init(
        scenario: Scenario, path: BenchPath, a: Arm, b: Arm, seed: UInt64, results: FilePath
    ) {
        self.scenario = scenario
        self.path = path
        self.a = a
        self.b = b
        self.seed = seed
        self.results = results
    }

    private var plan: RunPlan {
        RunPlan(
            scenario.design, repeats: scenario.repeats, seed: seed, calibrates: calibrates)
    }

    /// Throws unless this process may do all that a benchmark takes.
    package static func requirePrivileges() throws {
        // Nobody has the right to make directories at the root of the cgroup hierarchy.
        let missing = try Capabilities.current().missing([
            .dacOverride, .bpf, .perfmon, .netAdmin, .sysAdmin,
        ])
        guard !missing.isEmpty else { return }
        throw BenchError(
            .permission,
            "a benchmark takes " + missing.map(\.rawValue).joined(separator: ", "),
            advice: "run it as root")
    }

    /// Seconds of traffic in all, without repetitions.
    private var duration: Double { Double(plan.runs.count) * scenario.duration }

    /// Runs it. What was finished is in the directory however it ends.
    ///
    /// - Parameter progress: told a line before the first run, and one for each.
    /// - Returns: the directory, and whether it was interrupted.
    package func run(
        _ tuner: Tuner, progress: (String) -> Void
    ) throws -> (results: ResultDirectory, wasInterrupted: Bool) {
        let interruption = Interruption()
        try check()
        // What can't be is better known before anything is there.
        try path.check()
        _ = try path.makeNetwork(accessDelays: scenario.accessDelays, seed: seed)
        let cgroups = try BenchCgroups([("a", a), ("b", b)], tuner)
        var manifest = manifest
        let directory = try ResultDirectory.create(below: results, manifest)
        var executor = RunExecutor(
            scenario: scenario, path: path, commands: commands, binary: binary, cgroups: cgroups,
            tuner: tuner, interruption: interruption)
        progress("\(scenario.name): \(Int(duration.rounded())) s of traffic, seed \(seed)")
        do {
            try makeRuns(&executor, in: directory, progress)
        } catch {
            // Ctrl-C reaches the load as well, whose end is then what fails first.
            guard interruption.hasCome else { throw error }
            return (directory, true)
        }
        manifest.isComplete = true
        try directory.write(manifest)
        return (directory, false)
    }

    private func makeRuns(
        _ executor: inout RunExecutor, in directory: ResultDirectory,
        _ progress: (String) -> Void
    ) throws {
        var index = 0
        for (number, run) in plan.runs.enumerated() {
            for attempt in 1...Self.attempts {
                let record = try make(
                    run, &executor, index: index, attempt: attempt, in: directory)
                index += 1
                progress(line(record, number: number + 1, of: plan.runs.count))
                if record.disturbances.isEmpty { break }
            }
        }
    }

    private func check() throws(BenchError) {
        if scenario.design == .mix {
            guard commands == nil else {
                throw BenchError(
                    .invalid, "the mix design can't share out what a command does",
                    advice: "use the sequential or the coexist design")
            }
            // A twentieth of the flows has to be a flow.
            let flows = scenario.workload.bulkFlows
            guard flows >= 20 else {
                throw BenchError(
                    .invalid, "the mix design needs at least 20 bulk flows, and there are \(flows)",
                    advice: "say --workload bulk:30s,flows=20")
            }
        }
        guard scenario.warmUp < scenario.duration else {
            throw BenchError(
                .invalid,
                "the warm-up of \(scenario.warmUp) s leaves nothing of "
                    + "\(scenario.duration) s to measure")
        }
    }

    private func make(
        _ run: RunPlan.Run, _ executor: inout RunExecutor, index: Int, attempt: Int,
        in directory: ResultDirectory
    ) throws -> RunRecord {
        let started = now
        let outcome = try executor.run(run)
        // What starts slowly once does so again: the next ones get twice the time that was missing.
        executor.extraLead += UInt64(outcome.startDelay * 2e9)
        try executor.interruption.check()
        let measurement = RunMeasurement(scenario: scenario, path: path, outcome: outcome)
        let record = RunRecord(
            index: index, block: run.block, treatment: run.treatment.name,
            share: run.treatment.share, seed: run.seed, attempt: attempt, started: started,
            disturbances: measurement.disturbances, link: measurement.link,
            arms: measurement.arms)
        try directory.append(record, measurement.series)
        return record
    }

    private func line(_ record: RunRecord, number: Int, of count: Int) -> String {
        let goodputs = record.arms.map { arm in
            let megabits = (arm.metrics["goodput"] ?? 0) / 1e6
            let tenths = Int((megabits * 10).rounded())
            return "\(arm.arm) \(tenths / 10).\(tenths % 10) Mbit/s"
        }
        let share = record.share.map { " (B \(Int(($0 * 100).rounded())) %)" } ?? ""
        let disturbed =
            record.disturbances.isEmpty
            ? "" : "  disturbed: " + record.disturbances.joined(separator: ", ")
        return "[\(number)/\(count)] \(goodputs.joined(separator: ", "))\(share)\(disturbed)"
    }

    private var now: Double { Double(KernelClock.realtime()) / 1e9 }

    /// For people, and to tell whether two benchmarks had the same.
    private var workload: String {
        guard let commands else { return "\(scenario.workload)" }
        return "\(scenario.duration) s of \(commands)"
    }

    private var manifest: Manifest {
        Manifest(
            format: Manifest.format, scenario: scenario.name, description: scenario.description,
            path: path.text + (scenario.family == .ipv6 ? " (IPv6)" : ""), workload: workload,
            design: scenario.design.rawValue,
            a: Manifest.Arm(name: a.name, profile: a.profile.canonicalYAML),
            b: Manifest.Arm(name: b.name, profile: b.profile.canonicalYAML),
            repeats: scenario.repeats, duration: scenario.duration, warmUp: scenario.warmUp,
            seed: seed, margins: ["*": scenario.margin], started: now, isComplete: false,
            environment: BenchEnvironment.describe(version: version, path: path), command: command)
    }
}
