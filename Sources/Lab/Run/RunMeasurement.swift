import Emulator
import LinkModel
import Telemetry
import Workloads

/// Turns what a run gave into its record and its series.
struct RunMeasurement {
    let scenario: Scenario
    let path: BenchPath
    let outcome: RunExecutor.Outcome

    var arms: [ArmMeasurement] { outcome.parts.map(measure) }

    var link: LinkMeasurement? {
        guard let report = outcome.link, let link = path.link else { return nil }
        return LinkMeasurement(
            down: direction(report.down, report, link.down),
            up: direction(report.up, report, link.up),
            lateness: Distribution(report.lateness), stalls: report.stalls,
            stalled: Double(report.stalled) / 1e9)
    }

    private func direction(
        _ direction: EmulatorReport.Direction, _ report: EmulatorReport, _ spec: DirectionSpec
    ) -> LinkMeasurement.Direction {
        let counters = direction.counters
        let capacity = spec.capacity(from: report.markTime, to: report.markTime + report.duration)
        return LinkMeasurement.Direction(
            packets: counters.forwardedPackets, bytes: counters.forwardedBytes,
            queueDrops: counters.queueDrops + counters.aqmDrops, losses: counters.losses,
            marks: counters.marks, queueingDelay: Distribution(direction.queueingDelay),
            utilisation: capacity.map { Double(counters.forwardedBytes) * 8 / $0 } ?? 0)
    }

    private func measure(_ part: RunExecutor.Outcome.Part) -> ArmMeasurement {
        var metrics: [String: Double] = [:]
        var distributions: [String: Distribution] = [:]
        let window = part.window
        let goodput = part.goodput
        metrics["goodput"] = goodput
        if let rtt = Distribution(part.statistics.rtt, unit: 1e-6) {
            distributions["rtt"] = rtt
            metrics["rtt_mean"] = part.statistics.rtt.mean.map { $0 / 1e6 }
            metrics["rtt_p50"] = rtt.percentiles[50]
            metrics["rtt_p95"] = rtt.percentiles[95]
            metrics["rtt_p99"] = rtt.percentiles[99]
        }
        metrics["retransmitted"] = part.statistics.retransmitRate
        let gigabytes = goodput * window / 8e9
        let cpu = (part.clients + part.servers).reduce(0) { $0 + $1.cpu }
        if gigabytes > 0 && part.commands == nil { metrics["cpu"] = cpu / gigabytes }
        addCompletions(part, &metrics, &distributions)
        addRequests(part, window: window, &metrics, &distributions)
        addSeries(part, &metrics)
        if outcome.parts.count == 1 { addLink(&metrics) }
        return ArmMeasurement(arm: part.arm, metrics: metrics, distributions: distributions)
    }

    private func addCompletions(
        _ part: RunExecutor.Outcome.Part, _ metrics: inout [String: Double],
        _ distributions: inout [String: Distribution]
    ) {
        guard let completions = part.clients.compactMap(\.completions).first else { return }
        if let all = Distribution(completions.all) {
            distributions["completion"] = all
            metrics["fct_p50"] = all.percentiles[50]
            metrics["fct_p95"] = all.percentiles[95]
            metrics["fct_p99"] = all.percentiles[99]
        }
        if let small = Distribution(completions.small) {
            metrics["fct_small_p50"] = small.percentiles[50]
            metrics["fct_small_p99"] = small.percentiles[99]
        }
        if let large = Distribution(completions.large) {
            metrics["fct_large_p50"] = large.percentiles[50]
        }
    }

    private func addRequests(
        _ part: RunExecutor.Outcome.Part, window: Double, _ metrics: inout [String: Double],
        _ distributions: inout [String: Distribution]
    ) {
        if let requests = part.clients.compactMap(\.requests).first {
            metrics["requests"] = requests.perSecond
            if let latency = Distribution(requests.latency) {
                distributions["latency"] = latency
                metrics["latency_p50"] = latency.percentiles[50]
                metrics["latency_p99"] = latency.percentiles[99]
            }
        }
        if let video = part.clients.compactMap(\.video).first, video.players > 0, window > 0 {
            metrics["rebuffering"] = video.rebuffering / (window * Double(video.players))
        }
    }

    private func addSeries(
        _ part: RunExecutor.Outcome.Part, _ metrics: inout [String: Double]
    ) {
        if outcome.parts.count > 1 {
            let all = outcome.parts.reduce(0) { $0 + $1.goodput }
            if all > 0 { metrics["share"] = part.goodput / all }
        }
        let series = RunSeries(flows: flows(of: part), queue: [])
        metrics["cwnd_mean"] = series.meanCwnd(after: scenario.warmUp)
        let shares = FlowShares(series)
        metrics["jain"] = shares.lifetimeJain(after: scenario.warmUp)
        metrics["jain_1s"] = shares.meanJainPerSecond(after: scenario.warmUp)
        if shares.goodput.count > 1 { metrics["convergence"] = shares.convergence() }
    }

    /// What the link saw is one arm's doing only where it ran alone.
    private func addLink(_ metrics: inout [String: Double]) {
        guard let link else { return }
        metrics["queueing_p50"] = link.down.queueingDelay?.percentiles[50]
        metrics["queueing_p95"] = link.down.queueingDelay?.percentiles[95]
        metrics["drops"] = Double(link.down.queueDrops)
        metrics["marks"] = Double(link.down.marks)
        if link.down.utilisation > 0 { metrics["utilisation"] = link.down.utilisation }
    }
}

extension RunExecutor.Outcome.Part {
    /// Seconds that were measured.
    var window: Double {
        commands?.duration ?? clients.map { $0.windowEnd - $0.windowStart }.max() ?? 0
    }

    /// bit/s over all of the arm's traffic, both ways where commands made it.
    var goodput: Double {
        guard commands != nil else { return clients.reduce(0) { $0 + $1.goodput } }
        return window > 0 ? Double(statistics.bytesAcked) * 8 / window : 0
    }
}

extension RunMeasurement {
    /// Why the run doesn't count.
    var disturbances: [String] {
        var reasons = outcome.link?.disturbances ?? []
        if outcome.startDelay > 0 {
            reasons.append(
                "the load was ready \(Int((outcome.startDelay * 1000).rounded(.up))) ms late")
        }
        let tolerated = max(0.2, (scenario.duration - scenario.warmUp) / 10)
        if outcome.statisticsDelay > tolerated {
            let milliseconds = Int((outcome.statisticsDelay * 1000).rounded(.up))
            reasons.append("the kernel's statistics were read \(milliseconds) ms late")
        }
        for part in outcome.parts {
            if !part.clients.allSatisfy(\.isComplete) {
                reasons.append("a load generator of \(part.arm) ended early")
            }
            if let status = part.commands?.statuses.first(where: { $0 != 0 }) {
                reasons.append("the command of \(part.arm) ended with status \(status)")
            }
            if part.goodput == 0 { reasons.append("\(part.arm) transferred nothing") }
        }
        return reasons
    }
}
