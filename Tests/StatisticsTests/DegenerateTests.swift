import Testing

@testable import Statistics

/// Nothing, one value, the same value over and over; and what no golden file can tell.
@Suite struct DegenerateTests {
    private var random = Xoshiro256(seed: 5)

    /// The outputs that are in wide use as this generator's test vector.
    @Test func splitMixReference() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }

    @Test mutating func emptySamples() {
        #expect([Double]().mean().isNaN)
        #expect([Double]().median().isNaN)
        #expect(HodgesLehmann.centre([]).isNaN)
        #expect(HodgesLehmann.shift(from: [], to: [1]).isNaN)
        #expect(SignFlipTest().pValue([], using: &random) == 1)
        #expect(SignFlipTest().equivalencePValue([], within: -1...1, using: &random) == 1)
        #expect(PermutationTest().pValue([], [1], using: &random) == 1)
        #expect(MannWhitney([], [1, 2]).pValue == 1)
        #expect(Bootstrap().interval(of: [], using: &random).low.isNaN)
        #expect(Bootstrap().interval(of: [1], [], using: &random).high.isNaN)
        #expect(Fairness.jain([]) == nil)
    }

    @Test mutating func constantSamples() {
        let bootstrap = Bootstrap()
        #expect(bootstrap.interval(of: [3], using: &random) == Interval(low: 3, high: 3))
        #expect(bootstrap.interval(of: [2, 2, 2], using: &random) == Interval(low: 2, high: 2))
        #expect(
            bootstrap.interval(of: [1, 1], [4, 4], using: &random) == Interval(low: 3, high: 3))
        // One value beside several: it can't vary, the others do.
        let mixed = bootstrap.interval(of: [1], [2, 3, 4, 5, 6], using: &random)
        #expect(mixed.low < 3 && mixed.high > 3)
        #expect(SignFlipTest().pValue([0, 0, 0], using: &random) == 1)
        #expect(SignFlipTest().pValue([1, 1, 1, 1, 1, 1], using: &random) == 2.0 / 64)
        #expect(PermutationTest().pValue([1, 1, 1], [1, 1, 1], using: &random) == 1)
        #expect(MannWhitney([1, 1], [1, 1]).pValue == 1)
    }

    /// The interval of a statistic that hardly varies is no interval to infinity.
    @Test mutating func lumpyStatistic() {
        let sample = [1.0, 1, 1, 1, 1, 1, 9]
        let interval = Bootstrap().interval(of: sample, using: &random) { $0.median() }
        #expect(interval.low == 1 && (interval.high == 1 || interval.high == 9))
    }

    @Test mutating func repeatable() {
        let sample = (0..<9).map { Double($0 * $0) }
        var again = random
        let first = Bootstrap().interval(of: sample, using: &random)
        #expect(Bootstrap().interval(of: sample, using: &again) == first)
        #expect(Bootstrap().interval(of: sample, using: &again) != first)
        var a = Xoshiro256(seed: 1, stream: 0)
        var b = Xoshiro256(seed: 1, stream: 1)
        #expect(a.next() != b.next())
    }

    /// Rounding doesn't break ties: 0.1 + 0.2 counts as 0.3.
    @Test mutating func roundedTies() {
        #expect(SignFlipTest().pValue([0.1, 0.2, -0.3], using: &random) == 1)
        let p = PermutationTest().pValue([0.1, 0.2], [0.3, 0], using: &random)
        #expect(p == 1)
    }

    /// Where signs are drawn the p-value is close to the exact one, and never 0.
    @Test mutating func drawnAgainstExact() {
        let differences = (0..<32).map { _ in random.uniform() - 0.42 }
        let exact = SignFlipTest().pValue(differences, using: &random)
        // The 33rd difference is too small to matter.
        let drawn = SignFlipTest().pValue(differences + [1e-9], using: &random)
        #expect(exact > 0.001 && exact < 0.2, "\(exact)")
        #expect((exact - drawn).magnitude < 0.1 * exact + 0.001)
        let far = SignFlipTest(resamples: 999).pValue(
            .init(repeating: 1, count: 50), using: &random)
        #expect(far == 2.0 / 1000)

        let a = (0..<9).map { _ in random.uniform() }
        let b = (0..<8).map { _ in random.uniform() + 0.25 }
        let counted = PermutationTest().pValue(a, b, using: &random)
        // Three times the values are too many to count out, and say it more clearly.
        let many = PermutationTest().pValue(a + a + a, b + b + b, using: &random)
        #expect(many < counted && many >= 2.0 / 10_000)
    }

    @Test func fairness() {
        #expect(Fairness.jain([5, 5, 5]) == 1)
        #expect(Fairness.jain([1, 0, 0, 0]) == 0.25)
        #expect(Fairness.jain([0, 0]) == 1)
        #expect(Fairness.harm(solo: 10, withCompetitor: 4, moreIsBetter: true) == 0.6)
        #expect(Fairness.harm(solo: 10, withCompetitor: 40, moreIsBetter: false) == 0.75)
        #expect(Fairness.harm(solo: 10, withCompetitor: 12, moreIsBetter: true) == -0.2)
        #expect(Fairness.harm(solo: 0, withCompetitor: 0, moreIsBetter: false) == 0)
    }

    @Test func normalEnds() {
        #expect(Normal.quantile(0) == -.infinity)
        #expect(Normal.quantile(1) == .infinity)
        #expect(Normal.quantile(1.5).isNaN)
        #expect(Normal.quantile(Double.leastNonzeroMagnitude).isFinite)
        #expect(Normal.quantile(Double.leastNormalMagnitude / 4) < -37)
    }
}
