import Statistics

/// The runs of a benchmark, in the order in which they are made.
package struct RunPlan: Sendable {
    /// What runs together.
    package struct Treatment: Sendable, Equatable {
        /// As ``RunRecord/treatment``.
        package var name: String
        /// B's share of the flows; nil but in the `mix` design.
        package var share: Double?

        /// The arms that have flows, by their names in the records.
        package var arms: [String] {
            switch name {
            case "both": share == 0 ? ["a"] : share == 1 ? ["b"] : ["a", "b"]
            default: [name]
            }
        }
    }

    package struct Run: Sendable, Equatable {
        package var block: Int
        package var treatment: Treatment
        package var seed: UInt64
    }

    package let runs: [Run]

    /// Blocks of all treatments, each block in an order of its own and with a seed of its own: what
    /// drifts over time meets the arms alike, and a block's runs meet the same losses.
    ///
    /// In the `coexist` design each arm also runs alone: what it loses beside the other is told from
    /// that.
    ///
    /// - Parameter calibrates: A runs alone once more in each block, as `a'`.
    package init(
        _ design: Scenario.Design, repeats: Int, seed: UInt64, calibrates: Bool
    ) {
        var treatments: [Treatment] =
            switch design {
            case .sequential: [Treatment(name: "a"), Treatment(name: "b")]
            case .coexist: ["a", "b", "both"].map { Treatment(name: $0) }
            case .mix: Scenario.shares.map { Treatment(name: "both", share: $0) }
            }
        if calibrates { treatments.append(Treatment(name: "a'")) }
        var runs: [Run] = []
        for block in 0..<repeats {
            var random = Xoshiro256(seed: seed, stream: UInt64(block))
            let blockSeed = random.next()
            var order = treatments
            random.shuffle(&order)
            runs += order.map { Run(block: block, treatment: $0, seed: blockSeed) }
        }
        self.runs = runs
    }
}
