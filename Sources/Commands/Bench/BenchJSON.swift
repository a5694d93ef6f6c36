import FoundationEssentials
import Lab

extension BenchLoad {
    static func decode<Options: Decodable>(_ text: String) throws -> Options {
        try JSONDecoder().decode(Options.self, from: Data(text.utf8))
    }
}

extension BenchResult {
    /// What `report --output json` prints; runs and series are in the directory.
    var json: JSON {
        .object([
            "scenario": .string(manifest.scenario), "path": .string(manifest.path),
            "workload": .string(manifest.workload), "design": .string(manifest.design),
            "a": .string(manifest.a.name), "b": .string(manifest.b.name),
            "seed": .unsigned(manifest.seed), "complete": .bool(manifest.isComplete),
            "analysis": JSON(analysis), "mix": mix.map { JSON($0) } ?? .null,
            "nullSimulation": nullSimulation.map { JSON($0) } ?? .null,
        ])
    }
}

extension JSON {
    init(_ analysis: Analysis) {
        self = .object([
            "blocks": .integer(analysis.blocks),
            "disturbedRuns": .integer(analysis.disturbedRuns),
            "comparisons": JSON(analysis.comparisons),
            "calibration": analysis.calibration.map { JSON($0) } ?? .null,
        ])
    }

    init(_ null: NullSimulation) {
        self = .object([
            "comparisons": .integer(null.comparisons), "pairs": .integer(null.pairs),
            "alpha": .number(null.alpha), "rate": .number(null.rate),
            "overallRate": .number(null.overallRate),
            "standardError": .number(null.standardError),
            "familyWiseRate": .number(null.familyWiseRate),
            "rates": .object(null.rates.mapValues { .number($0) }),
        ])
    }

    init(_ mix: MixAnalysis) {
        self = .object([
            "total": JSON(mix.total), "lowestShare": .number(mix.lowestShare),
            "highestShare": .number(mix.highestShare),
            "points": .array(
                mix.points.map {
                    .object([
                        "share": .number($0.share), "naive": JSON($0.naive),
                        "spillover": JSON($0.spillover),
                    ])
                }),
        ])
    }

    init(_ comparisons: [Analysis.Comparison]) {
        self = .array(
            comparisons.map { comparison in
                .object([
                    "metric": .string(comparison.metric),
                    "a": JSON(comparison.a), "b": JSON(comparison.b),
                    "effect": JSON(comparison.effect), "relative": .bool(comparison.isRelative),
                    "p": JSON(comparison.pValue), "adjustedP": JSON(comparison.adjustedPValue),
                    "verdict": .string(comparison.verdict.rawValue),
                    "blocksToSettle": comparison.blocksToSettle.map { .integer($0) } ?? .null,
                ])
            })
    }

    init(_ estimate: Analysis.Estimate) {
        self = .object([
            "value": .number(estimate.value), "low": .number(estimate.low),
            "high": .number(estimate.high),
        ])
    }
}
