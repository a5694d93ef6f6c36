/// How large flows are: a distribution function given by points, linear in between.
package struct SizeDistribution: Sendable, Hashable, CustomStringConvertible {
    package struct Point: Sendable, Hashable {
        /// Bytes.
        package let size: Int
        /// The share of flows of at most that size.
        package let probability: Double
    }

    /// As it is written: `distribution=web-search` or `fixed=100KB`.
    package let description: String
    /// Rising from a probability of 0 to one of 1.
    package let points: [Point]

    /// Every flow of one size, in bytes.
    package static func fixed(_ size: Int) -> SizeDistribution {
        SizeDistribution(
            description: "fixed=" + WorkloadQuantity.size.format(size),
            points: [Point(size: size, probability: 0), Point(size: size, probability: 1)])
    }

    package static func named(_ name: String) -> SizeDistribution? {
        [webSearch, dataMining].first { $0.description == "distribution=" + name }
    }

    /// A web-search cluster's flows: Alizadeh et al., "Data Center TCP (DCTCP)", SIGCOMM 2010,
    /// figure 4, by the points at which later work reads it. Mean 1.71 MB.
    package static let webSearch = SizeDistribution(
        name: "web-search",
        (0, 0), (10_000, 0.15), (20_000, 0.2), (30_000, 0.3), (50_000, 0.4), (80_000, 0.53),
        (200_000, 0.6), (1_000_000, 0.7), (2_000_000, 0.8), (5_000_000, 0.9), (10_000_000, 0.97),
        (30_000_000, 1))

    /// A data-mining cluster's flows: Greenberg et al., "VL2: A Scalable and Flexible Data Center
    /// Network", SIGCOMM 2009, figure 2, by the points at which later work reads it. Mean 12.6 MB.
    package static let dataMining = SizeDistribution(
        name: "data-mining",
        (0, 0), (180, 0.1), (216, 0.2), (560, 0.3), (900, 0.4), (1100, 0.5), (1870, 0.6),
        (3160, 0.7), (10_000, 0.8), (400_000, 0.9), (3_160_000, 0.95), (100_000_000, 0.98),
        (1_000_000_000, 1))

    private init(description: String, points: [Point]) {
        self.description = description
        self.points = points
    }

    private init(name: String, _ points: (size: Int, probability: Double)...) {
        self.init(
            description: "distribution=" + name,
            points: points.map { Point(size: $0.size, probability: $0.probability) })
    }

    /// The size at a share of flows, in bytes, at least 1: the inverse of the distribution function.
    package func size(at probability: Double) -> Int {
        let index = points.firstIndex { $0.probability > probability } ?? points.count - 1
        let low = points[max(index - 1, 0)]
        let high = points[index]
        guard high.probability > low.probability else { return max(1, high.size) }
        let share = (probability - low.probability) / (high.probability - low.probability)
        return max(1, low.size + Int(share * Double(high.size - low.size)))
    }

    /// The mean of sizes of which larger ones are cut to `cap`, in bytes.
    package func mean(cap: Int? = nil) -> Double {
        let cap = Double(cap ?? .max)
        return zip(points, points.dropFirst()).reduce(0) { sum, step in
            let low = Double(step.0.size)
            let high = Double(step.1.size)
            let weight = step.1.probability - step.0.probability
            guard high > cap else { return sum + weight * (low + high) / 2 }
            guard low < cap else { return sum + weight * cap }
            // The part below the cap is uniform up to it, the rest is at the cap.
            let below = (cap - low) / (high - low)
            return sum + weight * (below * (low + cap) / 2 + (1 - below) * cap)
        }
    }
}
