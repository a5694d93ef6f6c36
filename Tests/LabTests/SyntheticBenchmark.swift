import Glibc

@testable import Lab

/// A benchmark as it might have been measured: cubic, which fills the queue and backs off, against
/// a controller like BBR, which keeps it short. The path has 50 Mbit/s, 40 ms and a buffer of one
/// BDP.
struct SyntheticBenchmark {
    var manifest: Manifest
    var records: [RunRecord] = []
    var series: [Int: RunSeries] = [:]
    var analysis: Analysis
    var mix: MixAnalysis?
    var nullSimulation: NullSimulation?

    var data: ReportData {
        ReportData(
            manifest: manifest, records: records, analysis: analysis, mix: mix,
            nullSimulation: nullSimulation)
    }

    private static let rate = 50e6
    private static let baseRTT = 0.04
    private static let segment = 1448.0
    private static let bdp = rate * baseRTT / 8
    private static let duration = 30.0
    private static let step = 0.01

    init(
        a: String = "cubic", b: String = "wan-bulk", design: String = "sequential",
        blocks: Int = 4, flows: Int = 1
    ) {
        manifest = Manifest(
            format: Manifest.format, scenario: "wan-clean",
            description: "One transfer over a clean wide-area path with a buffer of one BDP.",
            path: "50Mbit rtt 40ms buffer 1bdp", workload: "bulk:30s flows \(flows)",
            design: design, a: Manifest.Arm(name: a, profile: Self.profile(a, "cubic")),
            b: Manifest.Arm(name: b, profile: Self.profile(b, "tt_bbr3")), repeats: blocks,
            duration: Self.duration, warmUp: 5, seed: 20_260_301, margins: ["*": 0.02],
            started: 1_772_375_400, isComplete: true,
            environment: [
                "kernel": "6.18.0", "cpu": "AMD EPYC 7B13, 2 cores", "tcptune": "0.4.0",
                "net.ipv4.tcp_rmem": "4096 131072 33554432", "offloads": "tso gso gro",
                "net.ipv4.tcp_wmem": "4096 16384 33554432", "backend": "tun",
            ],
            command: "tcptune bench run --link \"50Mbit rtt 40ms buffer 1bdp\" --a \(a) --b \(b) "
                + "--workload bulk:30s --repeat \(blocks) --seed 20260301 --aa")
        analysis = Self.analysis(blocks: blocks)
        var random = SplitMix(state: 7)
        for block in 0..<blocks {
            if design != "mix" {
                for arm in block.isMultiple(of: 2) ? ["a", "b"] : ["b", "a"] {
                    add(block, arm, arms: [arm], flows: flows, &random)
                }
            }
            if design == "coexist" {
                add(block, "both", arms: ["a", "b"], flows: flows, &random)
            }
            for share in design == "mix" ? [0, 0.05, 0.5, 0.95, 1] : [] {
                let arms = share == 0 ? ["a"] : share == 1 ? ["b"] : ["a", "b"]
                add(block, "both", arms: arms, flows: flows, mixture: share, &random)
            }
        }
        guard design != "sequential" else { return }
        let analyzer = Analyzer(manifest)
        analysis = analyzer.analyse(records)
        mix = analyzer.mix(records)
    }

    private static func profile(_ name: String, _ algorithm: String) -> String {
        """
        apiVersion: tcptune.dev/v1
        kind: Profile
        metadata:
          name: \(name)
        spec:
          congestionControl:
            algorithm: \(algorithm)
          socket:
            sendBuffer: 8MiB

        """
    }

    // MARK: Runs

    /// - Parameter mixture: B's share of the flows in the `mix` design; each gets twice what one of
    ///   A's gets.
    private mutating func add(
        _ block: Int, _ treatment: String, arms: [String], flows: Int, mixture: Double? = nil,
        _ random: inout SplitMix
    ) {
        let index = records.count
        let share = 1 / Double(arms.count)
        var queue: [RunSeries.QueuePoint] = []
        var allFlows: [RunSeries.Flow] = []
        for arm in arms {
            let senders = (0..<flows).map { _ in
                arm == "a" && arms.count == 1
                    ? Sender.saw(phase: random.uniform() * 9)
                    : arm == "a"
                        ? Sender.saw(phase: random.uniform() * 5) : .flat(phase: random.uniform())
            }
            for (flow, sender) in senders.enumerated() {
                var points: [RunSeries.Point] = []
                for tick in 0..<Int(Self.duration / Self.step) {
                    let time = Double(tick) * Self.step
                    let bytes = sender.inflight(time, of: Self.bdp, &random)
                    let backlog = max(0, bytes - Self.bdp)
                    let goodput =
                        min(bytes / Self.bdp, 1) * Self.rate * 0.957 * share / Double(flows)
                    points.append(
                        RunSeries.Point(
                            time: time,
                            goodput: goodput * (arms.count > 1 && arm == "b" ? 0.8 : 1)
                                * (1 + 0.02 * random.normal()),
                            cwnd: sender.cwnd(time, of: Self.bdp, &random) / Self.segment
                                / Double(flows),
                            rtt: Self.baseRTT + backlog * 8 / Self.rate))
                    if flow == 0 && arm == arms[0] {
                        let isDrop = sender.isDrop(time, Self.step)
                        queue.append(
                            RunSeries.QueuePoint(
                                time: time, bytes: min(backlog * 0.97, Self.bdp),
                                delay: backlog * 8 / Self.rate,
                                drops: isDrop ? 1 + Int(random.uniform() * 6) : 0, marks: 0))
                    }
                }
                allFlows.append(RunSeries.Flow(arm: arm, flow: flow, points: points))
            }
        }
        series[index] = RunSeries(flows: allFlows, queue: queue)
        let measured = arms.map { arm in
            let part = mixture.map { (arm == "a" ? 1 - $0 : 2 * $0) / (1 + $0) } ?? share
            return measurement(arm, part, allFlows.filter { $0.arm == arm }, &random)
        }
        records.append(
            RunRecord(
                index: index, block: block, treatment: treatment, share: mixture,
                seed: UInt64(1000 + block), attempt: 1,
                started: manifest.started + Double(index) * 32, disturbances: [],
                link: link(queue), arms: measured))
    }

    private func measurement(
        _ arm: String, _ share: Double, _ flows: [RunSeries.Flow], _ random: inout SplitMix
    ) -> ArmMeasurement {
        let rtts = flows.flatMap(\.points).filter { $0.time >= 5 }.map(\.rtt).sorted()
        let goodput = (arm == "a" ? 47.2e6 : 47.9e6) * share * (1 + 0.008 * random.normal())
        let shift = 1 + 0.03 * random.normal()
        let rtt = Self.distribution(rtts.map { Self.baseRTT + ($0 - Self.baseRTT) * shift })
        let completion = Self.distribution(
            (0..<400).map { _ in
                exp(-2.2 + 0.9 * random.normal()) * (arm == "a" ? 1.3 : 1) * shift
            }.sorted())
        return ArmMeasurement(
            arm: arm,
            metrics: [
                "goodput": goodput, "rtt_p50": rtt.percentiles[50],
                "rtt_p95": rtt.percentiles[95], "rtt_p99": rtt.percentiles[99],
            ], distributions: ["rtt": rtt, "completion": completion])
    }

    private func link(_ queue: [RunSeries.QueuePoint]) -> LinkMeasurement {
        let direction = LinkMeasurement.Direction(
            packets: 107_000, bytes: 155_000_000,
            queueDrops: UInt64(queue.reduce(0) { $0 + $1.drops }), losses: 0, marks: 0,
            queueingDelay: Self.distribution(queue.filter { $0.time >= 5 }.map(\.delay).sorted()),
            utilisation: 0.97)
        return LinkMeasurement(down: direction, up: direction, lateness: nil)
    }

    static func distribution(_ sorted: [Double]) -> Distribution {
        Distribution(
            count: sorted.count,
            percentiles: (0...100).map { sorted[$0 * (sorted.count - 1) / 100] })
    }

    // MARK: Analysis

    private static func analysis(blocks: Int) -> Analysis {
        func comparison(
            _ metric: String, _ a: Double, _ b: Double, _ width: Double, _ p: Double?,
            _ verdict: Analysis.Verdict, settle: Int? = nil
        ) -> Analysis.Comparison {
            let effect = b / a - 1
            return Analysis.Comparison(
                metric: metric,
                a: .init(value: a, low: a * (1 - width / 2), high: a * (1 + width / 2)),
                b: .init(value: b, low: b * (1 - width / 2), high: b * (1 + width / 2)),
                effect: .init(value: effect, low: effect - width, high: effect + width),
                isRelative: true, pValue: p.map { $0 / 6 }, adjustedPValue: p, verdict: verdict,
                blocksToSettle: settle)
        }
        var marks = comparison("marks", 1, 1, 0, nil, .none)
        marks.a = .init(value: 0, low: 0, high: 0)
        marks.b = marks.a
        marks.effect = marks.a
        marks.isRelative = false
        return Analysis(
            comparisons: [
                comparison("goodput", 47.2e6, 47.9e6, 0.006, 0.31, .equivalent),
                comparison("rtt_p50", 0.0633, 0.0428, 0.02, 0.0004, .better),
                comparison("rtt_p95", 0.0785, 0.0451, 0.03, 0.0004, .better),
                comparison("queueing_p95", 0.0386, 0.0051, 0.05, 0.0004, .better),
                comparison("retransmitted", 0.00021, 0.0031, 4.1, 0.002, .worse),
                comparison("utilisation", 0.968, 0.981, 0.004, 0.02, .equivalent),
                comparison("fct_p95", 0.391, 0.362, 0.11, 0.46, .inconclusive, settle: 64),
                comparison("jain", 0.991, 0.987, 0.008, 0.7, .equivalent), marks,
                comparison("cpu", 0.412, 0.425, 0.06, 1, .inconclusive, settle: 48),
            ],
            calibration: [
                comparison("goodput", 47.2e6, 47.3e6, 0.007, 1, .equivalent),
                comparison("rtt_p95", 0.0785, 0.0781, 0.03, 1, .inconclusive),
                comparison("retransmitted", 0.00021, 0.00022, 0.2, 1, .inconclusive),
            ], blocks: blocks, disturbedRuns: 0)
    }

    /// Marks a run as disturbed, with a good second attempt left as it is.
    mutating func disturb(block: Int) {
        var run = records[block * 2]
        run.index = records.count
        run.disturbances = ["the emulator was 7.31 ms late", "2 CPU stalls over 5 ms"]
        records.append(run)
        analysis.disturbedRuns += 1
    }
}

/// What a congestion controller does with its window.
private enum Sender {
    case saw(phase: Double)
    case flat(phase: Double)

    private static let period = 8.0

    /// In bytes, over a path of this BDP.
    func cwnd(_ time: Double, of bdp: Double, _ random: inout SplitMix) -> Double {
        switch self {
        case .saw: inflight(time, of: bdp, &random)
        case .flat: bdp * 2.02 * (1 + 0.004 * random.normal())
        }
    }

    func inflight(_ time: Double, of bdp: Double, _ random: inout SplitMix) -> Double {
        switch self {
        case .saw(let phase):
            if time < 0.4 { return bdp * min(0.05 * exp2(time / 0.06), 2) }
            // RFC 9438, section 4.2: W(t) = C (t - K)^3 + Wmax
            let since = (time + phase).truncatingRemainder(dividingBy: Self.period)
            let k = 0.8 * Self.period
            let shape = 1 - 0.3 * pow((k - since) / k, 3)
            return bdp * 1.98 * shape * (1 + 0.002 * random.normal())
        case .flat(let phase):
            if time < 0.3 { return bdp * min(0.05 * exp2(time / 0.05), 2) }
            let probe = (time + phase * 8).truncatingRemainder(dividingBy: 10)
            if probe < 0.2 && time > 1 { return bdp * 0.5 }
            let cycle = Int((time + phase) / Self.gainStep) % 8
            let gain = cycle == 0 ? 1.16 : cycle == 1 ? 0.98 : 1.04
            return bdp * gain * (1 + 0.012 * random.normal())
        }
    }

    private static let gainStep = 0.042

    func isDrop(_ time: Double, _ step: Double) -> Bool {
        guard case .saw(let phase) = self, time > 0.4 else { return false }
        return (time + phase).truncatingRemainder(dividingBy: Self.period) < step
    }
}

/// SplitMix64.
private struct SplitMix {
    var state: UInt64

    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    mutating func normal() -> Double {
        sqrt(-2 * log(1 - uniform())) * cos(2 * Double.pi * uniform())
    }
}
