import Testing

@testable import Statistics

@Suite struct FindingTests {
    private var random = Xoshiro256(seed: 9)

    @Test func order() {
        func finding(_ effect: Double, _ p: Double, _ equivalence: Double) -> Finding {
            Finding(effect: effect, adjustedPValue: p, equivalencePValue: equivalence)
        }
        #expect(finding(0.1, 0.01, 0.9) == .higher)
        #expect(finding(-0.1, 0.01, 0.9) == .lower)
        // Sure to be different, sure to be within the margin.
        #expect(finding(0.01, 0.001, 0.001) == .equivalent)
        #expect(finding(0.01, 0.4, 0.04) == .equivalent)
        #expect(finding(0.1, 0.05, 0.05) == .inconclusive)
    }

    @Test mutating func equivalence() {
        let small = [0.01, -0.01, 0.02, 0, -0.02]
        let test = SignFlipTest()
        #expect(test.equivalencePValue(small, within: -0.1...0.1, using: &random) == 1.0 / 32)
        #expect(test.equivalencePValue(small, within: -0.005...0.005, using: &random) > 0.05)
        #expect(test.equivalencePValue([0, 0, 0, 0, 0], within: 0...0, using: &random) == 1.0 / 32)
        #expect(test.equivalencePValue([0, 0, 0, 0], within: 0...0, using: &random) > 0.05)
        let permutation = PermutationTest()
        let a = [1.0, 1.1, 0.9, 1]
        #expect(permutation.equivalencePValue(a, a, within: -1...1, using: &random) == 1.0 / 70)
        #expect(permutation.equivalencePValue(a, [3, 3, 3], within: -1...1, using: &random) > 0.9)
    }

    @Test func sizes() {
        let size = SampleSize()
        #expect(size.settling([1], margin: 0...0) == nil)
        // Too few to be sure, whatever the effect: six flips are the least.
        #expect(size.settling([5, 5.1, 4.9], margin: 0...0) == 6)
        // One side suffices for equivalence.
        #expect(size.settling([0.01, -0.01, 0], margin: -1...1) == 5)
        #expect(size.settling([1, -1, 1, -1], margin: 0...0) == SampleSize.most)
        // d = 0.5: the t test needs 34 pairs for 80 %.
        let half = [-0.5, 1.5].flatMap { [Double](repeating: $0, count: 500) }
        #expect(size.settling(Array(half.prefix(5) + half.suffix(5)), margin: 0...0)! >= 34)
        // Never fewer than there are already.
        #expect(size.settling(half, margin: 0...0) == SampleSize.most)
        // Part of alpha takes more.
        let twenty = [-0.5, 1.5, -0.5, 1.5, 0.6]
        let shared = SampleSize(alpha: 0.05 / 20).settling(twenty, margin: 0...0)!
        #expect(shared > size.settling(twenty, margin: 0...0)!)
    }

    /// The size that is told does find the difference about as often as promised.
    @Test mutating func sizeKeepsItsPromise() {
        let sample = (0..<400).map { _ in Normal.quantile(random.uniform()) }
        let spread = sample.standardDeviation()
        let mean = sample.mean()
        let effect = 0.8
        let differences = sample.map { ($0 - mean) / spread + effect }
        let count = SampleSize().settling(Array(differences.prefix(2)), margin: 0...0)
        #expect(count != nil)
        // For d = 0.8: 15 (G*Power's table for the paired t test), here with the observed spread.
        let exact = [effect - 1, effect + 1].map { $0 }
        let n = SampleSize().settling(
            exact.map { (($0 - effect) / 2.0.squareRoot()) + effect }, margin: 0...0)!
        #expect((14...16).contains(n))
        var found = 0
        for _ in 0..<1_000 {
            let drawn = (0..<n).map { _ in Normal.quantile(random.uniform()) + effect }
            if SignFlipTest().pValue(drawn, using: &random) < 0.05 { found += 1 }
        }
        #expect((750...860).contains(found), "\(found)")
    }
}
