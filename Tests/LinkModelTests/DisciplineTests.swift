import Testing

@testable import LinkModel

@Suite struct DisciplineTests {
    @Test func stepMarksWhatFindsTheThreshold() throws {
        var link = try LinkDirection("12Mbit buffer 6p step 3p")
        // One is sent at once, three find 0 to 2 waiting, three find more; the last finds no room.
        let deliveries = link.run(repeatElement(0, count: 8), isECT: true)
        #expect(deliveries.marked == [5, 6, 7])
        #expect(deliveries.drops == [8: .queueFull])
        #expect(link.counters.marks == 3)
        var others = try LinkDirection("12Mbit buffer 6p step 3p")
        #expect(others.run(repeatElement(0, count: 8)).marked.isEmpty)
        #expect(others.counters.aqmDrops == 0)
        var bytes = try LinkDirection("12Mbit step 3000B")
        #expect(bytes.run(repeatElement(0, count: 6), isECT: true).marked == [4, 5, 6])
    }

    /// The n-th mark comes interval / sqrt(n) after the one before (RFC 8289, 3.3).
    @Test(arguments: [true, false]) func codelFollowsItsLaw(isECT: Bool) throws {
        var link = try LinkDirection("12Mbit buffer 100000p codel")
        let deliveries = link.run((0..<4000).map { Int64($0) * 800_000 }, isECT: isECT)
        #expect(link.counters.aqmDrops == (isECT ? 0 : UInt64(deliveries.drops.count)))
        #expect(isECT || deliveries.marked.isEmpty)
        // A packet waits for 5 ms when it is the 25th: it goes 25 ms after the first.
        let signals = isECT ? deliveries.marked.sorted() : deliveries.drops.keys.sorted()
        #expect(signals.count > 30)
        guard isECT else { return }
        let times = signals.map { Double(deliveries.due[$0] ?? 0) / 1e6 - 1 }
        var expected = 125.0
        for (index, time) in times.prefix(30).enumerated() {
            #expect(abs(time - expected) <= 2, "mark \(index + 1)")
            expected += 100 / Double(index + 1).squareRoot()
        }
    }

    @Test func codelLeavesShortQueuesAlone() throws {
        var link = try LinkDirection("12Mbit codel")
        // Bursts of four: 3 ms at most.
        let bursts = (0..<4000).map { Int64($0 / 4) * 5_000_000 }
        #expect(link.run(bursts, isECT: true).marked.isEmpty)
    }

    /// A window that grows by a packet per round trip and is halved on a loss, at most once in one.
    static func meanWait(_ text: String) throws -> (wait: Double, utilisation: Double) {
        var link = try LinkDirection(text)
        var (window, inFlight, recovery) = (10.0, 0.0, Int64(0))
        var now: Int64 = 0
        let end: Int64 = 60_000_000_000
        var isWarm = false
        while now < end {
            while inFlight + 1 <= window {
                link.offer(.init(token: 0, bytes: 1500), at: now)
                inFlight += 1
            }
            now = link.nextEvent ?? end
            link.advance(to: now) { output in
                inFlight -= 1
                if case .deliver = output {
                    window += 1 / window
                } else if now >= recovery {
                    window = max(2, window / 2)
                    recovery = now + 40_000_000
                }
            }
            if !isWarm, now > 10_000_000_000 {
                link.queueingDelay.reset()
                isWarm = true
            }
        }
        let sent = Double(link.queueingDelay.count) * 1500 * 8
        return (link.queueingDelay.mean, sent / 12e6 / 50)
    }

    @Test func codelKeepsTheDelayNearItsTarget() throws {
        let codel = try Self.meanWait("12Mbit delay 40ms buffer 200p codel")
        let dropTail = try Self.meanWait("12Mbit delay 40ms buffer 200p")
        #expect(codel.wait < 10e6, "\(codel.wait)")
        #expect(dropTail.wait > 100e6, "\(dropTail.wait)")
        #expect(codel.utilisation > 0.85, "\(codel.utilisation)")
        #expect(dropTail.utilisation > 0.99, "\(dropTail.utilisation)")
    }

    /// What a queue of constant length does to packets, with an average that follows at once.
    static func redSignals(queue: Int, packets: Int, isECT: Bool = true) -> [(Int, QueueVerdict)] {
        var red = RED(REDParameters(weight: .one), bitsPerSecond: 12e6)
        let decisions = Decisions(seed: 1, stream: 0)
        return (0..<packets).compactMap { number in
            let verdict = red.verdict(
                queuePackets: queue, queueBytes: queue * 1500, idleTime: 0, isECT: isECT,
                random: decisions.uniform(.red, UInt64(number)))
            return verdict == .pass ? nil : (number, verdict)
        }
    }

    @Test func redMarksAtUniformGaps() {
        // p_b is 5 %: gaps of 1 to 19, each as likely.
        let marks = Self.redSignals(queue: 10, packets: 100_000)
        let gaps = zip(marks, marks.dropFirst()).map { $1.0 - $0.0 }
        #expect(gaps.allSatisfy { (1...19).contains($0) })
        #expect(abs(Double(gaps.reduce(0, +)) / Double(gaps.count) - 10) < 0.25)
        for gap in 1...19 {
            let share = Double(gaps.count { $0 == gap }) / Double(gaps.count)
            #expect(abs(share - 1 / 19) < 0.01, "gap \(gap)")
        }
        #expect(marks.allSatisfy { $0.1 == .mark })
        #expect(Self.redSignals(queue: 10, packets: 100, isECT: false).allSatisfy { $0.1 == .drop })
    }

    @Test func redIsGentle() {
        #expect(Self.redSignals(queue: 4, packets: 10_000).isEmpty)
        // p_b is 10 % + 90 % of a third: gaps of 1 (2/3) and 2 (1/3).
        let steep = Self.redSignals(queue: 20, packets: 100_000)
        #expect(abs(Double(steep.count) / 100_000 - 0.75) < 0.01)
        let over = Self.redSignals(queue: 30, packets: 100)
        #expect(over.count == 100)
        #expect(over.allSatisfy { $0.1 == .drop })
    }

    @Test func redAveragesAndForgetsWhenIdle() {
        var red = RED(REDParameters(weight: 0.002), bitsPerSecond: 12e6)
        for _ in 0..<100 {
            _ = red.verdict(queuePackets: 4, queueBytes: 0, idleTime: 0, isECT: true, random: 1)
        }
        // 4 (1 - 0.998^100)
        #expect(abs(red.average - 0.725733) < 1e-6)
        // 300 packets of 1 ms could have been sent: 0.998^300.
        _ = red.verdict(
            queuePackets: 0, queueBytes: 0, idleTime: 300_000_000, isECT: true, random: 1)
        #expect(abs(red.average - 0.725733 * 0.548482) < 1e-6)
    }

    @Test func redWorksInTheLink() throws {
        var link = try LinkDirection("12Mbit buffer 1000p red")
        let deliveries = link.run((0..<20_000).map { Int64($0) * 900_000 })
        #expect(link.counters.queueDrops == 0)
        // A tenth more than goes through is offered.
        #expect(abs(Double(link.counters.aqmDrops) / 20_000 - 0.1) < 0.02)
        #expect(link.counters.aqmDrops == UInt64(deliveries.drops.count))
        #expect(link.queueingDelay.maximum < 60_000_000)
    }

    @Test func redForgetsOnATraceOnlyWhatItsRateAllows() throws {
        // 1 packet in 10 ms, thresholds that are passed at once; then idle for 30 ms of 60.
        var link = try LinkDirection(
            "trace t red min 2p max 100p probability 0.1% weight 50%", trace: "10\n")
        _ = link.run(repeatElement(0, count: 6))
        guard case .red(let red) = link.discipline else {
            Issue.record("no red")
            return
        }
        let full = red.average
        link.offer(.init(token: 9, bytes: 1500), at: 90_000_000)
        guard case .red(let later) = link.discipline else { return }
        #expect(abs(later.average - full / 8) < 1e-9)
    }
}
