import Testing

@testable import Statistics

/// Every estimator against SciPy.
@Suite struct GoldenTests {
    private let golden: Golden

    init() throws {
        golden = try Golden.load()
    }

    @Test func versionIsRecorded() {
        #expect(golden.made["scipy"]?.hasPrefix("1.") == true)
    }

    @Test func randomStreams() throws {
        for stream in golden.random {
            let seed = try #require(UInt64(stream.seed))
            var splitMix = SplitMix64(seed: seed)
            var xoshiro = Xoshiro256(seed: seed)
            #expect(stream.splitmix64.map { _ in "\(splitMix.next())" } == stream.splitmix64)
            #expect(stream.xoshiro256.map { _ in "\(xoshiro.next())" } == stream.xoshiro256)
        }
    }

    @Test func normal() {
        for row in golden.distributions.normalCDF {
            #expect((Normal.cdf(row[0]) - row[1]).magnitude <= 1e-13 * row[1] + 1e-300)
        }
        for row in golden.distributions.normalQuantile {
            #expect(areClose(Normal.quantile(row[0]), row[1], 1e-13), "\(row)")
        }
    }

    @Test func studentT() {
        for row in golden.distributions.tCDF {
            #expect(areClose(StudentT.cdf(row[0], degreesOfFreedom: Int(row[1])), row[2]), "\(row)")
        }
        for row in golden.distributions.tQuantile {
            let quantile = StudentT.quantile(row[0], degreesOfFreedom: Int(row[1]))
            #expect(areClose(quantile, row[2], 1e-9), "\(row)")
        }
    }

    @Test func location() {
        for sample in golden.oneSample {
            let x = sample.values
            #expect(areClose(x.mean(), sample.mean))
            #expect(areClose(x.standardDeviation(), sample.standardDeviation))
            let quantiles = [0, 0.05, 0.25, 0.5, 0.9, 0.99, 1].map { x.quantile($0) }
            #expect(areClose(quantiles, sample.quantiles))
            #expect(x.midranks() == sample.midranks)
            #expect(areClose(HodgesLehmann.centre(x), sample.centre))
        }
        for pair in golden.twoSamples {
            #expect(areClose(HodgesLehmann.shift(from: pair.a, to: pair.b), pair.shift))
        }
    }

    @Test func signFlips() throws {
        var random = Xoshiro256(seed: 1)
        var compared = 0
        for sample in golden.oneSample {
            guard let twoSided = sample.signFlipTwoSided else { continue }
            let greater = try #require(sample.signFlipGreater)
            let test = SignFlipTest()
            #expect(areClose(test.pValue(sample.values, using: &random), twoSided))
            #expect(areClose(test.pValue(sample.values, .greater, using: &random), greater))
            compared += 1
        }
        #expect(compared == 21)
    }

    @Test func permutations() throws {
        var random = Xoshiro256(seed: 1)
        var compared = 0
        for pair in golden.twoSamples {
            guard let twoSided = pair.permutationTwoSided else { continue }
            let greater = try #require(pair.permutationGreater)
            let test = PermutationTest()
            #expect(areClose(test.pValue(pair.a, pair.b, using: &random), twoSided))
            #expect(areClose(test.pValue(pair.b, pair.a, using: &random), twoSided))
            #expect(areClose(test.pValue(pair.a, pair.b, .greater, using: &random), greater))
            compared += 1
        }
        #expect(compared == 9)
    }

    @Test func mannWhitney() {
        for pair in golden.twoSamples {
            let test = MannWhitney(pair.a, pair.b)
            #expect(test.u == pair.u)
            #expect(test.isExact == pair.isExact)
            #expect(areClose(test.pValue, pair.mannWhitney))
            #expect(areClose(MannWhitney(pair.b, pair.a).pValue, pair.mannWhitney))
        }
    }

    @Test func holm() {
        for adjustment in golden.holm {
            #expect(areClose(Holm.adjust(adjustment.p), adjustment.adjusted))
        }
        #expect(Holm.adjust([]) == [])
    }

    /// Within the Monte Carlo error of the bounds: 5 % of the interval's width is five standard
    /// errors of a 2.5 % quantile from 9,999 draws of a normal.
    @Test func bootstrap() {
        let bootstrap = Bootstrap(isExpanded: false)
        var random = Xoshiro256(seed: 11)
        var compared = 0
        func compare(_ interval: Interval, _ expected: [Double], _ what: String) {
            let tolerance = 0.05 * (expected[1] - expected[0])
            #expect((interval.low - expected[0]).magnitude < tolerance, "\(what)")
            #expect((interval.high - expected[1]).magnitude < tolerance, "\(what)")
            compared += 1
        }
        for sample in golden.oneSample {
            let what = "\(sample.kind) \(sample.values.count)"
            if let expected = sample.bca {
                compare(bootstrap.interval(of: sample.values, using: &random), expected, what)
            }
            if let expected = sample.bcaOfDeviation {
                let interval = bootstrap.interval(of: sample.values, using: &random) {
                    $0.standardDeviation()
                }
                compare(interval, expected, what + " deviation")
            }
        }
        for pair in golden.twoSamples {
            guard let expected = pair.bca else { continue }
            compare(bootstrap.interval(of: pair.a, pair.b, using: &random), expected, "pair")
        }
        #expect(compared == 22)
    }
}
