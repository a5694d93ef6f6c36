import Statistics
import Testing

@testable import Workloads

@Suite struct DistributionTests {
    /// By hand from the points: the sum of probability times the middle of each step.
    @Test(arguments: [
        (SizeDistribution.webSearch, 1_711_250.0),
        (SizeDistribution.dataMining, 12658198.6),
        (SizeDistribution.fixed(100_000), 100_000.0),
    ])
    func means(_ sizes: SizeDistribution, _ mean: Double) {
        #expect(abs(sizes.mean() - mean) < 1e-6 * mean)
    }

    @Test(arguments: [nil, 20_000, 1_500_000])
    func drawnSizesHaveTheMean(_ cap: Int?) {
        for sizes in [SizeDistribution.webSearch, .dataMining] {
            let cap = sizes == .dataMining ? cap ?? 10_000_000 : cap
            var random = SplitMix64(seed: 7, stream: 1)
            let count = 50_000
            let drawn = (0..<count).map { _ in
                Double(min(sizes.size(at: random.uniform()), cap ?? .max))
            }
            let mean = drawn.reduce(0, +) / Double(count)
            let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            // Four standard errors, and what whole bytes cost.
            let tolerance = 4 * (variance / Double(count)).squareRoot() + 1
            #expect(abs(mean - sizes.mean(cap: cap)) < tolerance, "\(sizes), \(cap ?? 0)")
        }
    }

    @Test func quantilesAreThePublishedPoints() {
        for sizes in [SizeDistribution.webSearch, .dataMining] {
            for point in sizes.points {
                #expect(abs(sizes.size(at: point.probability) - max(1, point.size)) <= 1)
            }
        }
        #expect(SizeDistribution.fixed(7).size(at: 0.3) == 7)
    }
}

@Suite struct ArrivalTests {
    private let flows = Workload.ShortFlows()

    @Test func theSameSeedGivesTheSameFlows() {
        func schedule(_ seed: UInt64, _ stream: Int = 0) -> [ArrivalSchedule.Arrival] {
            Array(
                ArrivalSchedule(
                    flows, load: 1e9, duration: 60_000_000_000, seed: seed, stream: stream))
        }
        #expect(schedule(1) == schedule(1))
        #expect(schedule(1) != schedule(2))
        #expect(schedule(1) != schedule(1, 1))
        // Golden: a change would make runs with a recorded seed differ.
        #expect(schedule(42).prefix(3).map(\.size) == Self.goldenSizes)
        #expect(schedule(42).prefix(3).map(\.time) == Self.goldenTimes)
    }

    private static let goldenSizes = [71906, 699_090, 3_473_321]
    private static let goldenTimes = [4_944_626, 13_680_689, 18_374_111]

    @Test func anotherLoadKeepsTheSizes() {
        func sizes(_ load: Double) -> [Int] {
            ArrivalSchedule(flows, load: load, duration: 60_000_000_000, seed: 3)
                .prefix(100).map(\.size)
        }
        #expect(sizes(1e9) == sizes(2e9))
    }

    /// Rate, load, and the exponential gaps' coefficient of variation of 1.
    @Test func arrivalsArePoissonAtTheLoad() {
        var flows = flows
        flows.sizeCap = 100_000
        let duration = 300.0
        let load = 30e6
        let arrivals = Array(
            ArrivalSchedule(flows, load: load, duration: Int(duration * 1e9), seed: 5))
        let expected = load / 8 / flows.sizes.mean(cap: 100_000) * duration
        #expect(abs(Double(arrivals.count) - expected) < 4 * expected.squareRoot())
        let offered = Double(arrivals.map(\.size).reduce(0, +)) * 8 / duration
        #expect(abs(offered / load - 1) < 0.03)
        let gaps = zip(arrivals.dropFirst(), arrivals).map { Double($0.time - $1.time) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(abs(variance.squareRoot() / mean - 1) < 0.03)
        #expect(arrivals.allSatisfy { (1...100_000).contains($0.size) })
    }

    @Test func nothingStartsInTheDrain() {
        var flows = flows
        flows.drain = 5_000_000_000
        let arrivals = Array(
            ArrivalSchedule(flows, load: 1e10, duration: 10_000_000_000, seed: 5))
        #expect(!arrivals.isEmpty)
        #expect(arrivals.allSatisfy { $0.time < 5_000_000_000 })
    }
}

@Suite struct PureTests {
    @Test func headersSurviveTheWire() {
        let header = TransferHeader(
            flow: 0x1_0000_0002, up: 100, down: TransferHeader.endless, exchanges: 1)
        #expect(header.bytes.count == TransferHeader.size)
        #expect(Array(header.bytes.prefix(5)) == [0x74, 0x63, 0x70, 0x74, 1])
        #expect(TransferHeader(header.bytes) == header)
    }

    @Test(arguments: [
        TransferHeader(flow: 0, up: 0, down: 0),
        TransferHeader(flow: 0, up: 1, down: 1, exchanges: 0),
        TransferHeader(flow: 0, up: 1 << 60, down: 1),
        TransferHeader(flow: 0, up: 1, down: 1 << 60),
        TransferHeader(flow: 0, up: 0, down: TransferHeader.endless, exchanges: 2),
        TransferHeader(flow: 0, up: TransferHeader.endless, down: 1),
    ])
    func headersWithoutSenseAreRefused(_ header: TransferHeader) {
        #expect(TransferHeader(header.bytes) == nil)
    }

    @Test func everyHeaderByteCounts() {
        let good = TransferHeader(flow: 1, up: 2, down: 3, exchanges: 4)
        for index in 0..<TransferHeader.size {
            var bytes = good.bytes
            bytes[index] ^= 0x80
            #expect(TransferHeader(bytes) != good)
        }
        #expect(TransferHeader(Array(good.bytes.dropLast())) == nil)
    }

    @Test func timersComeInOrder() {
        var timers = TimerQueue<Int>()
        var random = SplitMix64(seed: 1, stream: 0)
        let times = (0..<1000).map { _ in random.next() % 100 }
        for (index, time) in times.enumerated() { timers.add(index, at: time) }
        #expect(timers.next == times.min())
        var order: [Int] = []
        for now: UInt64 in 0..<100 {
            while let index = timers.pop(dueAt: now) {
                #expect(times[index] == now)
                order.append(index)
            }
        }
        #expect(order == times.indices.sorted { (times[$0], $0) < (times[$1], $1) })
    }

    @Test func playersStallWhenTheyRunDry() {
        // 4 s segments, 8 s of room.
        let second: UInt64 = 1_000_000_000
        var buffer = PlaybackBuffer(
            Workload.Video(segment: Int(4 * second), buffer: Int(8 * second)), at: 0)
        #expect(buffer.timeUntilRoom == 0)
        buffer.add(at: 3 * second)
        #expect(buffer.stalled == 0, "the start isn't a stall")
        #expect(buffer.timeUntilRoom == 0)
        buffer.add(at: 4 * second)
        #expect(buffer.level == Int(7 * second))
        #expect(buffer.timeUntilRoom == Int(3 * second))
        buffer.advance(to: 13 * second)
        #expect(buffer.level == 0)
        #expect(buffer.stalled == Int(2 * second))
        buffer.add(at: 14 * second)
        #expect(buffer.stalled == Int(3 * second))
        buffer.advance(to: 16 * second)
        #expect(buffer.level == Int(2 * second))
    }

    @Test func completionsAreSampledBeyondTheLimit() {
        var recorder = CompletionRecorder(limit: 100, random: SplitMix64(seed: 1, stream: 0))
        for index in 0..<10_000 {
            let size = index % 2 == 0 ? 1000 : 2_000_000
            recorder.record(start: Double(index), size: size, duration: UInt64(index) * 1_000_000)
        }
        let completions = recorder.completions(unfinished: 3)
        #expect(completions.count == 10_000)
        #expect(completions.unfinished == 3)
        #expect(completions.sizes.count == 100)
        // Uniform over all: the mean start of 100 is within four standard errors of the middle.
        let mean = completions.starts.reduce(0, +) / 100
        #expect(abs(mean - 5000) < 4 * 10_000 / 1200.0.squareRoot())
        #expect(completions.all.count == 10_000)
        #expect(completions.small.count == 5000)
        #expect(completions.large.count == 5000)
        #expect(completions.all.percentiles.count == 101)
        #expect(abs(completions.all.percentiles[50] - 5) < 0.01)
        #expect(abs(completions.all.p999 - 9.99) < 0.01)
    }
}
