/// What runs say in which A and B share the link in growing shares of B.
///
/// Flows that share a bottleneck show what they take from each other, not what B would bring to
/// all: three effects are told apart (Spang et al., "Unbiased Experiments in Congested Networks",
/// IMC 2021). Quantities that grow with the number of flows are scaled to all flows, so a tenth of
/// the flows with a tenth of the goodput is as good as all with all of it.
package struct MixAnalysis: Codable, Sendable, Equatable {
    /// All B against all A, which is what a roll-out does.
    package var total: [Analysis.Comparison]
    /// B's share of the flows in which A was taken for `total` and the spillovers, best 0.
    package var lowestShare: Double
    /// The one in which B was taken for `total`, best 1.
    package var highestShare: Double
    /// By growing share.
    package var points: [Point]

    package struct Point: Codable, Sendable, Equatable {
        /// B's share of the flows.
        package var share: Double
        /// B's flows against A's beside them; empty where only one is there.
        package var naive: [Analysis.Comparison]
        /// A's flows beside B's against A's flows at the lowest share; empty there, and where A
        /// has none.
        package var spillover: [Analysis.Comparison]
    }
}

extension Analyzer {
    /// The effects in the undisturbed runs of the `mix` design; nil if there are none.
    package func mix(_ records: [RunRecord]) -> MixAnalysis? {
        guard let runs = MixRuns(records.undisturbed) else { return nil }
        let points = runs.shares.map { share in
            let spillover =
                share > runs.lowest
                ? ArmPair.pairs(of: runs.a(runs.lowest), with: runs.a(share)) : []
            return MixAnalysis.Point(
                share: share,
                naive: compare(ArmPair.pairs(of: runs.a(share), with: runs.b(share))),
                spillover: compare(spillover))
        }
        return MixAnalysis(
            total: compare(runs.total), lowestShare: runs.lowest, highestShare: runs.highest,
            points: points)
    }
}

/// The runs of a `mix` design by B's share.
struct MixRuns {
    /// What grows with the number of flows.
    private static let extensive: Set<String> = ["goodput", "requests", "share"]

    private let byShare: [Double: [RunRecord]]
    let shares: [Double]
    /// The lowest share with flows of A, and the highest with flows of B.
    let lowest: Double
    let highest: Double

    /// Nil if no record has a share.
    init?(_ records: [RunRecord]) {
        let mixed = records.filter { $0.share != nil }
        byShare = Dictionary(grouping: mixed) { $0.share ?? 0 }
        shares = byShare.keys.sorted()
        guard let lowest = shares.first, let highest = shares.last else { return nil }
        self.lowest = lowest
        self.highest = highest
    }

    /// A's flows where there are most of them, with B's where there are most of them.
    var total: [ArmPair] {
        lowest < highest ? ArmPair.pairs(of: a(lowest), with: b(highest)) : []
    }

    func a(_ share: Double) -> [Int: ArmMeasurement] {
        measurements(of: "a", at: share, ownShare: 1 - share)
    }

    func b(_ share: Double) -> [Int: ArmMeasurement] {
        measurements(of: "b", at: share, ownShare: share)
    }

    private func measurements(
        of arm: String, at share: Double, ownShare: Double
    ) -> [Int: ArmMeasurement] {
        guard ownShare > 0 else { return [:] }
        return (byShare[share] ?? []).measurements(of: arm).mapValues { measurement in
            var scaled = measurement
            for name in Self.extensive { scaled.metrics[name]? /= ownShare }
            return scaled
        }
    }
}
