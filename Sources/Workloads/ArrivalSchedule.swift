import Statistics

/// When short flows start and how large they are: a Poisson process, the same for the same seed.
package struct ArrivalSchedule: Sequence, IteratorProtocol, Sendable {
    package struct Arrival: Sendable, Hashable {
        /// ns after the component's start.
        package let time: Int
        /// Bytes.
        package let size: Int
    }

    private let sizes: SizeDistribution
    private let cap: Int?
    private let interval: Double
    private let end: Double
    private var time = 0.0
    // Apart, so that a change of the load leaves the sizes as they are.
    private var times: SplitMix64
    private var draws: SplitMix64

    /// - Parameters:
    ///   - load: payload that is asked for, in bit/s.
    ///   - duration: no flow starts after it, in ns.
    ///   - stream: which of several schedules of a seed.
    package init(
        _ flows: Workload.ShortFlows, load: Double, duration: Int, seed: UInt64, stream: Int = 0
    ) {
        sizes = flows.sizes
        cap = flows.sizeCap
        interval = flows.sizes.mean(cap: flows.sizeCap) * 8e9 / load
        end = Double(duration - flows.drain)
        times = SplitMix64(seed: seed, stream: UInt64(stream) * 2)
        draws = SplitMix64(seed: seed, stream: UInt64(stream) * 2 + 1)
    }

    package mutating func next() -> Arrival? {
        time += times.exponential(mean: interval)
        guard time < end else { return nil }
        let size = sizes.size(at: draws.uniform())
        return Arrival(time: Int(time), size: Swift.min(size, cap ?? .max))
    }
}
