import Statistics
import Testing

@testable import Lab

/// What records say, on records made by hand.
@Suite struct AnalysisTests {
    private let analyzer = Analyzer(margins: ["*": 0.05], seed: 1)

    /// Blocks in which each arm ran by itself.
    private func sequential(
        _ metric: String, a: [Double], b: [Double], arm: String = "b"
    ) -> [RunRecord] {
        var records: [RunRecord] = []
        for (block, values) in zip(a, b).enumerated() {
            records.append(.make(block, ["a": [metric: values.0]]))
            records.append(.make(block, [arm: [metric: values.1]]))
        }
        return records
    }

    private func comparison(
        _ metric: String, a: [Double], b: [Double]
    ) throws -> Analysis.Comparison {
        let analysis = analyzer.analyse(sequential(metric, a: a, b: b))
        return try #require(analysis.comparisons.first { $0.metric == metric })
    }

    @Test func betterAndWorse() throws {
        let a = [10, 11, 9, 10, 12, 10, 11, 9.5]
        let b = a.map { $0 * 1.2 }
        let goodput = try comparison("goodput", a: a, b: b)
        #expect(goodput.verdict == .better && goodput.isRelative)
        #expect((goodput.effect.value - 0.2).magnitude < 1e-12)
        #expect(goodput.effect.low <= 0.2 && goodput.effect.high >= 0.1999)
        #expect(goodput.pValue == 2.0 / 256 && goodput.adjustedPValue == 2.0 / 256)
        #expect(goodput.blocksToSettle == nil)
        #expect((goodput.b.value / goodput.a.value - 1.2).magnitude < 1e-12)
        #expect(goodput.a.low < goodput.a.value && goodput.a.value < goodput.a.high)
        #expect(try comparison("rtt_p50", a: a, b: b).verdict == .worse)
        #expect(try comparison("rtt_p50", a: b, b: a).verdict == .better)
        #expect(try comparison("goodput", a: b, b: a).verdict == .worse)
    }

    /// Exchanging the arms exchanges the verdict and leaves the p-value.
    @Test func symmetry() throws {
        let a = [1, 2, 0.5, 8, 3, 4, 2.2]
        let b = [1.5, 1.9, 0.8, 30, 2, 9, 3]
        let there = try comparison("goodput", a: a, b: b)
        let back = try comparison("goodput", a: b, b: a)
        #expect(there.pValue == back.pValue)
        #expect(((1 + there.effect.value) * (1 + back.effect.value) - 1).magnitude < 1e-12)
    }

    @Test func equivalent() throws {
        let a = [10.0, 11, 9, 10, 12, 10]
        let b = zip(a, [0.01, -0.02, 0, 0.01, -0.01, 0.02]).map { $0 * (1 + $1) }
        #expect(try comparison("goodput", a: a, b: b).verdict == .equivalent)
        // Sure to be 1 % more, but less than the margin.
        let sure = try comparison("goodput", a: a, b: a.map { $0 * 1.01 })
        #expect(sure.pValue! < 0.05 && sure.verdict == .equivalent)
        let narrow = Analyzer(margins: ["*": 0.05, "goodput": 0.001], seed: 1)
        let judged = narrow.analyse(sequential("goodput", a: a, b: a.map { $0 * 1.01 }))
        #expect(judged.comparisons[0].verdict == .better)
    }

    @Test func inconclusive() throws {
        let noisy = try comparison(
            "goodput", a: [10, 10, 10, 10, 10, 10], b: [12, 9, 13, 8, 12, 10])
        #expect(noisy.verdict == .inconclusive)
        #expect(try #require(noisy.blocksToSettle) > 6)
        // Three blocks can't settle anything, however large the effect.
        let few = try comparison("goodput", a: [10, 10, 10], b: [20, 20.1, 19.9])
        #expect(few.verdict == .inconclusive && few.blocksToSettle == 6)
    }

    @Test func oneBlockHasNoVerdict() throws {
        let single = try comparison("goodput", a: [10], b: [20])
        #expect(single.verdict == .none && single.pValue == nil)
        #expect(single.adjustedPValue == nil && single.blocksToSettle == nil)
        #expect(
            (single.effect.low - 1).magnitude < 1e-12 && single.effect.low == single.effect.high)
        #expect(analyzer.analyse([]).comparisons.isEmpty)
        #expect(analyzer.analyse([]).blocks == 0)
    }

    @Test func zeros() throws {
        let drops = try comparison(
            "drops", a: [0, 4, 2, 0, 4, 2, 3, 1], b: [10, 13, 12, 9, 14, 12, 13, 11])
        #expect(!drops.isRelative && drops.verdict == .worse)
        #expect(drops.effect.value == 9.75 && drops.a.value == 2)
        // No ratio with a logarithm either.
        let none = try comparison("drops", a: [3, 4, 2, 3, 4, 2], b: [0, 0, 0, 0, 0, 0])
        #expect(!none.isRelative && none.effect.value == -3 && none.verdict == .better)
        let same = try comparison("drops", a: [0, 0, 0, 0, 0], b: [0, 0, 0, 0, 0])
        #expect(same.verdict == .equivalent && same.pValue == 1)
        #expect(same.effect == Analysis.Estimate(value: 0, low: 0, high: 0))
        let few = try comparison("drops", a: [0, 0], b: [0, 0])
        #expect(few.verdict == .inconclusive && few.blocksToSettle == 5)
    }

    @Test func pairsWithinBlocks() throws {
        var records = sequential("goodput", a: [1, 2, 3, 4], b: [2, 4, 6, 8])
        // One arm missing, one disturbed, one disturbed and repeated.
        records.removeAll { $0.block == 0 && $0.treatment == "a" }
        let stall = records.firstIndex { $0.block == 1 && $0.treatment == "b" }!
        records[stall].disturbances = ["scheduler stall"]
        let repeated = records.firstIndex { $0.block == 2 && $0.treatment == "a" }!
        records[repeated].disturbances = ["scheduler stall"]
        records.append(.make(2, ["a": ["goodput": 5]], attempt: 2))
        // What isn't a number, or only on one side, isn't compared.
        records.append(.make(4, ["a": ["goodput": .nan, "cpu": 1]]))
        records.append(.make(4, ["b": ["goodput": 1]]))
        let analysis = analyzer.analyse(records.reversed())
        #expect(analysis.blocks == 3 && analysis.disturbedRuns == 2)
        #expect(analysis.comparisons.map(\.metric) == ["goodput"])
        let a = (5.0 * 4).squareRoot()
        #expect((analysis.comparisons[0].a.value - a).magnitude < 1e-12)
    }

    @Test func armsThatShareTheLink() throws {
        let records = (0..<6).map { block in
            RunRecord.make(
                block,
                [
                    "a": ["goodput": 20 + Double(block), "share": 0.3],
                    "b": ["goodput": 40 + Double(block), "share": 0.7],
                ])
        }
        let analysis = Analyzer(margins: ["*": 0.05], seed: 1, design: "coexist")
            .analyse(records)
        #expect(analysis.blocks == 6)
        #expect(analysis.comparisons.map(\.verdict) == [.better, .none])
        // Shown, not judged, not counted among the hypotheses.
        #expect(analysis.comparisons[1].pValue == 2.0 / 64)
        #expect(analysis.comparisons[1].adjustedPValue == nil)
        #expect(analysis.comparisons[0].adjustedPValue == 2.0 / 64)
    }

    /// On a link of 50, A keeps 15 of 48 beside B, and B 33 of 44; the RTT doubles for B only.
    @Test func harm() throws {
        let records = (0..<8).flatMap { block -> [RunRecord] in
            let factor = 1 + 0.01 * Double(block)
            let alone = [
                RunRecord.make(block, ["a": ["goodput": 48 * factor, "rtt_p95": 0.08]]),
                .make(block, ["b": ["goodput": 44 * factor, "rtt_p95": 0.04]]),
            ]
            return alone + [
                .make(
                    block,
                    [
                        "a": ["goodput": 15 * factor, "rtt_p95": 0.08],
                        "b": ["goodput": 33 * factor, "rtt_p95": 0.08],
                    ])
            ]
        }
        let analyzer = Analyzer(margins: ["*": 0.05], seed: 1, design: "coexist")
        let analysis = analyzer.analyse(records)
        #expect(analysis.blocks == 8)
        #expect(analysis.comparisons.map(\.metric) == ["goodput", "rtt_p95", "harm", "harm_rtt"])
        // The arms are compared side by side, not alone.
        #expect((analysis.comparisons[0].effect.value - 1.2).magnitude < 1e-12)
        let harm = analysis.comparisons[2]
        #expect((harm.a.value - 33.0 / 48).magnitude < 1e-12)
        #expect((harm.b.value - 0.25).magnitude < 1e-12)
        #expect(!harm.isRelative && harm.verdict == .better)
        #expect(analysis.comparisons[3].a.value == 0 && analysis.comparisons[3].b.value == 0.5)
        #expect(analysis.comparisons[3].verdict == .worse)
        // Without the runs alone there is none, and without those side by side nothing at all.
        let shared = records.filter { $0.treatment == "both" }
        #expect(analyzer.analyse(shared).comparisons.map(\.metric) == ["goodput", "rtt_p95"])
        let solo = records.filter { $0.treatment != "both" }
        #expect(analyzer.analyse(solo).blocks == 0)
        // A disturbed run tells nothing of what an arm gets alone.
        var disturbed = records
        disturbed[0].disturbances = ["scheduler stall"]
        #expect(analyzer.analyse(disturbed).blocks == 8)
    }

    /// A alone is compared with A alone once more, whatever the design.
    @Test(arguments: ["coexist", "mix"])
    func calibrationAlone(design: String) throws {
        let records = (0..<6).flatMap { block -> [RunRecord] in
            let both = ["a": ["goodput": 1.0], "b": ["goodput": 9]]
            let alone = RunRecord.make(
                block, ["a": ["goodput": 10]], share: design == "mix" ? 0 : nil)
            return [
                alone, .make(block, both, share: design == "mix" ? 0.5 : nil),
                .make(block, ["a'": ["goodput": 10]]),
            ]
        }
        let calibration = try #require(
            Analyzer(seed: 1, design: design).analyse(records).calibration)
        #expect(calibration[0].a.value == calibration[0].b.value)
    }

    @Test func runsByWhichAnArmIsCompared() {
        let both = ["a": ["goodput": 1.0], "b": ["goodput": 1]]
        let shared = [
            RunRecord.make(0, ["a": ["goodput": 1]]), .make(1, ["b": ["goodput": 1]]),
            .make(2, both),
        ]
        #expect(shared.compared("a", in: "sequential").map(\.index) == [0])
        #expect(shared.compared("b", in: "coexist").map(\.index) == [2])
        let mixed = [0.5, 0.05, 0.95].enumerated().map { RunRecord.make($0, both, share: $1) }
        #expect(mixed.compared("a", in: "mix").map(\.index) == [1])
        #expect(mixed.compared("b", in: "mix").map(\.index) == [2])
    }

    /// Only metrics that are judged and differ at all count; the order is that of the metrics.
    @Test func holm() throws {
        let records = (0..<8).flatMap { block -> [RunRecord] in
            let wobble = Double(block % 2) - 0.5
            let a = ["goodput": 10.0, "rtt_p50": 1, "cpu": 3, "drops": 0, "marks": 5]
            let b = [
                "goodput": 12.0, "rtt_p50": 1 + 0.3 * wobble, "cpu": 4, "drops": 0, "marks": 9,
            ]
            return [.make(block, ["a": a]), .make(block, ["b": b])]
        }
        let comparisons = analyzer.analyse(records).comparisons
        #expect(comparisons.map(\.metric) == ["goodput", "rtt_p50", "drops", "marks", "cpu"])
        let p = 2.0 / 256
        // The last of three is multiplied by 1.
        let middle = comparisons[1].pValue
        #expect(comparisons.map(\.adjustedPValue) == [3 * p, middle, 1, nil, 3 * p])
        #expect(
            comparisons.map(\.verdict) == [.better, .inconclusive, .equivalent, .none, .worse])
    }

    @Test func calibration() throws {
        let a = [10.0, 11, 9, 10, 12, 10]
        var records = sequential("goodput", a: a, b: a.map { $0 * 2 })
        #expect(analyzer.analyse(records).calibration == nil)
        let again = [10.1, 10.9, 9.1, 9.9, 12, 10]
        records += sequential("goodput", a: a, b: again, arm: "a'").filter { $0.treatment != "a" }
        let analysis = analyzer.analyse(records)
        #expect(analysis.comparisons[0].verdict == .better)
        #expect(analysis.calibration?.map(\.verdict) == [.equivalent])
    }

    @Test func repeatable() {
        let a = [1.0, 2, 3, 5, 8, 13, 21, 34, 55]
        let records = sequential("goodput", a: a, b: [2, 2, 4, 5, 9, 12, 24, 35, 60])
        #expect(analyzer.analyse(records) == analyzer.analyse(records))
        let other = Analyzer(seed: 2).analyse(records)
        #expect(other.comparisons[0].pValue == analyzer.analyse(records).comparisons[0].pValue)
        #expect(other.comparisons[0].effect != analyzer.analyse(records).comparisons[0].effect)
    }
}

extension RunRecord {
    /// A run in which the given arms got the given metrics.
    static func make(
        _ block: Int, _ arms: [String: [String: Double]], share: Double? = nil, attempt: Int = 1
    ) -> RunRecord {
        RunRecord(
            index: block, block: block, treatment: arms.count == 1 ? arms.keys.first! : "both",
            share: share, seed: UInt64(block), attempt: attempt, started: 0, disturbances: [],
            link: nil,
            arms: arms.sorted { $0.key < $1.key }.map {
                ArmMeasurement(arm: $0.key, metrics: $0.value, distributions: [:])
            })
    }
}
