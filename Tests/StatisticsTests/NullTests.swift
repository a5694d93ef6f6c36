import Testing

@testable import Statistics

/// Where there is nothing to find, as much is found as alpha says; with fixed seeds.
@Suite struct NullTests {
    /// Differences or values without a difference between the arms.
    enum Source: CaseIterable {
        case normal, heavy, skewed, tied

        func draw(_ random: inout Xoshiro256) -> Double {
            let z = Normal.quantile(random.uniform())
            return switch self {
            case .normal: z
            // Student's t with 2 degrees of freedom.
            case .heavy: StudentT.heavy(random.uniform())
            case .skewed: z * z * z.magnitude
            case .tied: (4 * random.uniform()).rounded(.down)
            }
        }
    }

    /// The share of `repeats` in which the p-value is below 5 %.
    private func rate(
        _ repeats: Int, seed: UInt64, _ test: (inout Xoshiro256) -> Double
    ) -> Double {
        var random = Xoshiro256(seed: seed)
        let found = (0..<repeats).count { _ in test(&random) < 0.05 }
        return Double(found) / Double(repeats)
    }

    /// At least six pairs are needed; then the rate is the largest multiple of 2/2^n below 5 %.
    @Test(arguments: Source.allCases)
    func signFlips(source: Source) {
        for (n, expected) in [(5, 0.0...0), (8, 0.038...0.055), (12, 0.042...0.058)] {
            let rate = rate(4_000, seed: 21) { random in
                // Differences of two draws from the same source: as likely up as down.
                let pairs = (0..<n).map { _ in source.draw(&random) - source.draw(&random) }
                return SignFlipTest().pValue(pairs, using: &random)
            }
            // Ties make it cautious, never bold.
            let range = source == .tied ? 0...expected.upperBound : expected
            #expect(range.contains(rate), "\(n): \(rate)")
        }
    }

    @Test func drawnSignFlips() {
        let rate = rate(1_000, seed: 22) { random in
            let pairs = (0..<33).map { _ in Source.normal.draw(&random) }
            return SignFlipTest(resamples: 99).pValue(pairs, using: &random)
        }
        #expect((0.035...0.065).contains(rate), "\(rate)")
    }

    @Test(arguments: Source.allCases)
    func permutations(source: Source) {
        let exact = rate(2_000, seed: 23) { random in
            let values = (0..<10).map { _ in source.draw(&random) }
            return PermutationTest().pValue(
                Array(values[..<5]), Array(values[5...]), using: &random)
        }
        #expect((source == .tied ? 0...0.06 : 0.035...0.06).contains(exact), "\(exact)")
        let drawn = rate(1_000, seed: 24) { random in
            let values = (0..<24).map { _ in source.draw(&random) }
            return PermutationTest(resamples: 99).pValue(
                Array(values[..<12]), Array(values[12...]), using: &random)
        }
        #expect((source == .tied ? 0...0.06 : 0.035...0.065).contains(drawn), "\(drawn)")
    }

    @Test(arguments: Source.allCases)
    func mannWhitney(source: Source) {
        for (n, m) in [(6, 8), (32, 30)] {
            let rate = rate(n < 10 ? 1_500 : 600, seed: 25) { random in
                let a = (0..<n).map { _ in source.draw(&random) }
                let b = (0..<m).map { _ in source.draw(&random) }
                return MannWhitney(a, b).pValue
            }
            #expect((0.034...0.064).contains(rate), "\(n), \(m): \(rate)")
        }
    }

    /// Under the null any correction is right in at most 5 % of the families.
    @Test func holm() {
        var random = Xoshiro256(seed: 26)
        let families = 4_000
        let wrong = (0..<families).count { _ in
            Holm.adjust((0..<8).map { _ in random.uniform() }).contains { $0 < 0.05 }
        }
        #expect((0.04...0.057).contains(Double(wrong) / Double(families)), "\(wrong)")
    }

    /// A difference right at the margin is called equivalent in 5 % of the cases.
    @Test func equivalence() {
        let rate = rate(4_000, seed: 27) { random in
            let pairs = (0..<10).map { _ in 0.8 + 0.3 * Source.normal.draw(&random) }
            return SignFlipTest().equivalencePValue(pairs, within: -0.8...0.8, using: &random)
        }
        #expect((0.04...0.06).contains(rate), "\(rate)")
    }

    /// How often the 95 % interval of a mean has the true one in it, plain and widened: within three
    /// standard errors of what 10,000 samples and 999 resamples gave (0.3 % standard error).
    @Test(arguments: [(5, 0.835, 0.912), (10, 0.898, 0.941)])
    func coverage(n: Int, plain: Double, expanded: Double) {
        let repeats = 500.0
        for (isExpanded, expected) in [(false, plain), (true, expanded)] {
            var random = Xoshiro256(seed: 28)
            let bootstrap = Bootstrap(resamples: 299, isExpanded: isExpanded)
            let covered = (0..<Int(repeats)).count { _ in
                let sample = (0..<n).map { _ in Source.normal.draw(&random) }
                let interval = bootstrap.interval(of: sample, using: &random)
                return interval.low <= 0 && interval.high >= 0
            }
            let tolerance = 3 * (expected * (1 - expected) / repeats).squareRoot()
            let share = Double(covered) / repeats
            #expect((share - expected).magnitude < tolerance, "widened \(isExpanded): \(share)")
        }
    }
}

extension StudentT {
    /// The quantile with 2 degrees of freedom, in closed form.
    fileprivate static func heavy(_ p: Double) -> Double {
        (2 * p - 1) / (2 * max(p, 1e-12) * (1 - p)).squareRoot()
    }
}
