import LinkModel

/// One direction of a link as queueing disciplines of the kernel's: netem, and below it tbf and what
/// queues before it.
struct NetemDiscipline {
    /// What tc's batch mode takes, without `qdisc add`.
    let lines: [String]
    /// Whether netem itself is needed.
    let usesNetem: Bool

    private static let what = "netem cannot do this link"
    /// Of an Ethernet frame, which the kernel counts and the specification doesn't.
    private static let frameHeader = 14

    init(_ spec: DirectionSpec, device: String) throws(EmulatorError) {
        let netem = try Self.netem(spec)
        var lines: [String] = []
        // Of the root's, whose packet sizes those below it take over; others can't have it.
        let stab = "stab overhead -\(Self.frameHeader) linklayer ethernet"
        var place = "root handle 2: \(stab)"
        if !netem.isEmpty {
            // Packets under way: enough for 10 Gbit/s over 100 ms.
            lines.append("dev \(device) root handle 1: \(stab) netem limit 100000 " + netem)
            place = "parent 1:1 handle 2:"
        }
        lines += try Self.bottleneck(spec, device: device, place: place)
        self.lines = lines
        usesNetem = !netem.isEmpty
    }

    private static func refuse(_ feature: String) -> EmulatorError {
        EmulatorError(
            .notSupported, what, on: feature, because: "it has nothing like it",
            advice: "use the userspace backend")
    }

    private static func netem(_ spec: DirectionSpec) throws(EmulatorError) -> String {
        guard spec.steps.isEmpty else { throw refuse("steps over time") }
        var words: [String] = []
        if spec.delay > 0 { words.append("delay \(time(spec.delay))") }
        if let jitter = spec.jitter {
            guard !jitter.keepsOrder else { throw refuse("jitter that keeps the order") }
            words.append(time(jitter.amplitude))
        }
        switch spec.loss {
        case .none: break
        case .random(let probability): words.append("loss random \(percent(probability))")
        case .gilbertElliott(let channel):
            let all = [channel.toBad, channel.toGood, channel.lossWhenBad, channel.lossWhenGood]
            words.append("loss gemodel " + all.map { percent($0) }.joined(separator: " "))
        case .everyNth: throw refuse("loss of every nth packet")
        case .scripted: throw refuse("loss of given packets")
        }
        if spec.duplicate > .zero { words.append("duplicate \(percent(spec.duplicate))") }
        if let reorder = spec.reorder {
            guard reorder.lead >= spec.delay, spec.delay > 0 else {
                throw refuse("reordering by less than the delay")
            }
            words.append("reorder \(percent(reorder.probability))")
        }
        return words.joined(separator: " ")
    }

    private static func bottleneck(
        _ spec: DirectionSpec, device: String, place: String
    ) throws(EmulatorError) -> [String] {
        let rate: Int64
        switch spec.rate {
        case .unlimited: return []
        case .trace: throw refuse("a trace")
        case .constant(let bitsPerSecond): rate = bitsPerSecond
        }
        let (packets, bytes) =
            switch spec.queue.limit.amount {
            case .packets(let packets): (packets, packets * 1_500)
            case .bytes(let bytes): (max(1, bytes / 1_500), bytes)
            }
        // Two packets, or what goes out in 0.1 ms: timers are not finer.
        let burst = max(3_100, Int(rate / 80_000))
        let tbf =
            "dev \(device) \(place) tbf rate \(rate)bit burst \(burst) limit \(max(bytes, 1_500))"
        let child = "dev \(device) parent 2:1 handle 3: "
        switch spec.queue.discipline {
        case .dropTail:
            guard case .packets = spec.queue.limit.amount else { return [tbf] }
            return [tbf, child + "pfifo limit \(packets)"]
        case .codel(let codel):
            return [
                tbf,
                child + "codel limit \(packets) target \(time(codel.target)) "
                    + "interval \(time(codel.interval)) ecn",
            ]
        case .step: throw refuse("step marking")
        case .red: throw refuse("RED")
        }
    }

    /// As tc reads it: releases up to 6.1 know no nanoseconds.
    static func time(_ nanoseconds: Int64) -> String {
        let digits = String(nanoseconds % 1000)
        let fraction = String(repeating: "0", count: 3 - digits.count) + digits
        return "\(nanoseconds / 1000).\(fraction)us"
    }

    private static func percent(_ probability: Probability) -> String {
        let digits = String(probability.billionths % 10_000_000)
        let fraction = String(repeating: "0", count: 7 - digits.count) + digits
        return "\(probability.billionths / 10_000_000).\(fraction)%"
    }
}
