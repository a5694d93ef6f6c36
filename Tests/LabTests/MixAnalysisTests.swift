import Testing

@testable import Lab

@Suite struct MixAnalysisTests {
    /// On a link of 100, each of B's flows takes twice what one of A's gets. All of either fill it:
    /// the roll-out changes nothing, whatever the flows beside each other look like.
    private func records(_ shares: [Double], blocks: Int = 8) -> [RunRecord] {
        (0..<blocks).flatMap { block in
            shares.map { share in
                let noise = 1 + 0.001 * Double(block % 3 - 1)
                let unit = 100 * noise / (1 - share + 2 * share)
                var arms: [String: [String: Double]] = [:]
                if share < 1 { arms["a"] = ["goodput": unit * (1 - share), "rtt_p50": 1 + share] }
                if share > 0 { arms["b"] = ["goodput": unit * 2 * share, "rtt_p50": 1 + share] }
                return .make(block, arms, share: share)
            }
        }
    }

    private let analyzer = Analyzer(margins: ["*": 0.05], seed: 3)

    @Test func effectsAreToldApart() throws {
        let mix = try #require(analyzer.mix(records([1, 0.5, 0, 0.05])))
        #expect(mix.points.map(\.share) == [0, 0.05, 0.5, 1])
        #expect(mix.lowestShare == 0 && mix.highestShare == 1)
        // Nothing for all...
        #expect(mix.total[0].metric == "goodput" && mix.total[0].verdict == .equivalent)
        #expect(mix.total[0].effect.value.magnitude < 1e-9)
        #expect(mix.total[1].verdict == .worse)
        // ... though each flow of B's seems twice as good...
        for point in mix.points[1...2] {
            #expect((point.naive[0].effect.value - 1).magnitude < 1e-9)
            #expect(point.naive[0].verdict == .better)
        }
        // ... because it takes from A's.
        #expect((mix.points[2].spillover[0].effect.value + 1.0 / 3).magnitude < 1e-9)
        #expect(mix.points[2].spillover[0].verdict == .worse)
        #expect((mix.points[1].spillover[0].effect.value + 0.05 / 1.05).magnitude < 1e-9)
        #expect(mix.points[0].naive.isEmpty && mix.points[0].spillover.isEmpty)
        #expect(mix.points[3].naive.isEmpty && mix.points[3].spillover.isEmpty)
    }

    /// The closest shares stand in for none and all.
    @Test func withoutTheEnds() throws {
        let mix = try #require(analyzer.mix(records([0.05, 0.5, 0.95])))
        #expect(mix.lowestShare == 0.05 && mix.highestShare == 0.95)
        #expect((mix.total[0].effect.value - (2 * 1.05 / 1.95 - 1)).magnitude < 1e-9)
        #expect(mix.points[0].spillover.isEmpty && !mix.points[0].naive.isEmpty)
        let single = try #require(analyzer.mix(records([0.5])))
        #expect(single.total.isEmpty && single.points.count == 1)
        #expect(analyzer.mix([.make(0, ["a": ["goodput": 1]])]) == nil)
    }

    @Test func theAnalysisIsOfTheTotalEffect() throws {
        var records = records([0, 0.5, 1])
        records[0].disturbances = ["scheduler stall"]
        let analysis = analyzer.analyse(records)
        let mix = try #require(analyzer.mix(records))
        #expect(analysis.comparisons == mix.total)
        #expect(analysis.blocks == 7 && analysis.disturbedRuns == 1)
    }
}
