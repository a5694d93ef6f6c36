import Glibc
import Statistics
import Testing

@testable import Lab

/// Verdicts where there is nothing to find: the figure that `bench run --aa` has to reach.
@Suite struct NullSimulationTests {
    /// Runs of one arm with metrics from distributions of several kinds, which go together.
    private func records(_ count: Int, seed: UInt64) -> [RunRecord] {
        var random = Xoshiro256(seed: seed)
        return (0..<count).map { block in
            let z = Normal.quantile(random.uniform())
            let other = Normal.quantile(random.uniform())
            let metrics = [
                "goodput": 48e6 + 1e6 * z,
                // Log-normal: three times more or less is nothing special.
                "rtt_p99": 0.05 * exp(1.1 * other),
                // Heavy tails.
                "fct_p99": 1 / (1 - random.uniform()),
                // Two kinds of runs.
                "rtt_p50": random.uniform() < 0.3 ? 0.09 + 0.001 * z : 0.04 + 0.001 * other,
                // With zeros: compared as it is.
                "retransmitted": max(0, 0.01 * other + 0.002 * z),
                "jain": 1 - 0.1 * random.uniform(),
                // Hardly ever anything.
                "rebuffering": random.uniform() < 0.1 ? 1 : 0,
                "marks": z, "drops": 7,
            ]
            return .make(block, ["a": metrics])
        }
    }

    @Test(arguments: [(16, UInt64(4)), (24, 5), (61, 6)])
    func ratesAreAlpha(runs: Int, seed: UInt64) throws {
        let simulation = try #require(
            Analyzer(seed: seed).simulateNull(records(runs, seed: seed), comparisons: 1_000))
        #expect(simulation.pairs == min(runs / 2, 20) && simulation.comparisons == 1_000)
        // Mostly ties don't count.
        #expect(simulation.rate > simulation.overallRate)
        // Neither what isn't judged nor what doesn't vary.
        #expect(simulation.rates.count == 7)
        for (metric, rate) in simulation.rates where metric != "rebuffering" {
            #expect((0.03...0.07).contains(rate), "\(metric): \(rate)")
        }
        // Mostly ties: cautious.
        #expect(simulation.rates["rebuffering"]! <= 0.06)
        #expect((0.03...0.07).contains(simulation.rate), "\(simulation.rate)")
        // Eight pairs' least p-value times seven is more than alpha.
        let least = simulation.pairs > 8 ? 0.01 : 0
        #expect((least...0.06).contains(simulation.familyWiseRate), "\(simulation.familyWiseRate)")
    }

    /// A's runs alone don't stand for those beside B; what ran as A's double does for A.
    @Test func takesRunsOfAKind() throws {
        let alone = records(24, seed: 2)
        let doubles = records(24, seed: 3).map { run in
            RunRecord.make(run.block, ["a'": run.arms[0].metrics])
        }
        let both = records(12, seed: 4).map { run in
            RunRecord.make(run.block, ["a": run.arms[0].metrics, "b": run.arms[0].metrics])
        }
        func pairs(_ design: String) -> Int? {
            Analyzer(seed: 1, design: design)
                .simulateNull(alone + doubles + both, comparisons: 10)?.pairs
        }
        #expect(pairs("sequential") == 20 && pairs("coexist") == 6)
    }

    @Test func knowsItsError() throws {
        let few = try #require(
            Analyzer(seed: 1).simulateNull(records(40, seed: 1), comparisons: 200))
        let many = try #require(
            Analyzer(seed: 2).simulateNull(records(40, seed: 1), comparisons: 900))
        #expect(few.standardError > 1.5 * many.standardError && many.standardError > 0)
        // Of one metric alone it is that of a share: sqrt(0.05 * 0.95 / 200).
        #expect((0.004...0.0155).contains(few.standardError), "\(few.standardError)")
        #expect((few.rate - many.rate).magnitude < 4 * few.standardError)
    }

    /// The whole analysis, verdicts included, on fresh runs each time.
    @Test func verdictsAreAsRare() {
        var wrong = 0
        let families = 400
        for family in 0..<families {
            let runs = records(20, seed: 100 + UInt64(family))
            let pairs = (0..<10).map {
                ArmPair(a: runs[2 * $0].arms[0], b: runs[2 * $0 + 1].arms[0])
            }
            let metrics = Metric.all.compactMap { PairedMetric($0, pairs) }.filter(\.isTested)
            var random = Xoshiro256(seed: UInt64(family))
            let adjusted = Holm.adjust(metrics.map { $0.pValue(using: &random) ?? 1 })
            if adjusted.contains(where: { $0 < 0.05 }) { wrong += 1 }
        }
        // 5 % at most, with some room for chance.
        #expect((8...28).contains(wrong), "\(wrong)")
    }

    @Test func tooFewRuns() {
        let analyzer = Analyzer(seed: 1)
        #expect(analyzer.simulateNull(records(11, seed: 1)) == nil)
        #expect(analyzer.simulateNull(records(12, seed: 1), arm: "b") == nil)
        var disturbed = records(12, seed: 1)
        disturbed[3].disturbances = ["scheduler stall"]
        #expect(analyzer.simulateNull(disturbed) == nil)
        #expect(analyzer.simulateNull(records(12, seed: 1), comparisons: 10) != nil)
        #expect(analyzer.simulateNull(records(12, seed: 1), comparisons: 1) == nil)
    }
}
