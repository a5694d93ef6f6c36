import FoundationEssentials

@testable import Statistics

/// What SciPy makes of the same samples: `Golden/golden.json`, written by `make_golden.py`.
struct Golden: Decodable {
    let made: [String: String]
    let random: [Stream]
    let distributions: Distributions
    let oneSample: [OneSample]
    let twoSamples: [TwoSamples]
    let holm: [Adjustment]

    struct Stream: Decodable {
        let seed: String
        let splitmix64: [String]
        let xoshiro256: [String]
    }

    struct Distributions: Decodable {
        let normalCDF: [[Double]]
        let normalQuantile: [[Double]]
        let tQuantile: [[Double]]
        let tCDF: [[Double]]
    }

    struct OneSample: Decodable {
        let kind: String
        let values: [Double]
        let mean: Double
        let standardDeviation: Double
        let quantiles: [Double]
        let midranks: [Double]
        let centre: Double
        let signFlipTwoSided: Double?
        let signFlipGreater: Double?
        let bca: [Double]?
        let bcaOfDeviation: [Double]?
    }

    struct TwoSamples: Decodable {
        let a: [Double]
        let b: [Double]
        let shift: Double
        let u: Double
        let isExact: Bool
        let mannWhitney: Double
        let permutationTwoSided: Double?
        let permutationGreater: Double?
        let bca: [Double]?
    }

    struct Adjustment: Decodable {
        let p: [Double]
        let adjusted: [Double]
    }

    static func load() throws -> Golden {
        let file = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(file)/Golden/golden.json"))
        return try JSONDecoder().decode(Golden.self, from: data)
    }
}

/// Whether two numbers agree, relative to their size or absolutely, whichever is looser.
func areClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    a == b || (a - b).magnitude <= tolerance * max(1, a.magnitude, b.magnitude)
}

func areClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { areClose($0, $1, tolerance) }
}
