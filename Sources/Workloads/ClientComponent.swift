import Statistics

/// A component of a workload that a client runs.
struct ClientComponent {
    let spec: Workload.Component
    /// The number of its first connection among the workload's.
    let first: Int
    /// Of short flows: those that haven't started.
    var schedule: ArrivalSchedule?
    /// Where think times come from.
    var think: SplitMix64
    var players: [Player] = []
    /// Connections made so far beyond the lasting ones.
    var extra = 0
    var isRunning = false

    /// Short flows a second: more than any machine opens.
    private static let largestRate = 50_000.0

    init(
        _ spec: Workload.Component, index: Int, first: Int, _ options: LoadClient.Options
    ) throws(WorkloadError) {
        self.spec = spec
        self.first = first
        // Far from those of the schedules.
        think = SplitMix64(seed: options.seed, stream: UInt64(index) << 32 | 1 << 31)
        guard case .flows(let flows) = spec.kind else { return }
        func refuse(_ reason: String, _ advice: String) -> WorkloadError {
            WorkloadError(
                .invalidOptions, "cannot run", on: spec.description, because: reason,
                advice: advice)
        }
        guard let load = flows.load.bitsPerSecond(linkRate: options.linkRate), load > 0 else {
            throw refuse(
                "the link's rate isn't known", "give the load as a rate, such as load=30Mbit")
        }
        let rate = load / 8 / flows.sizes.mean(cap: flows.sizeCap)
        guard rate <= Self.largestRate else {
            throw refuse(
                "more than \(Int(Self.largestRate)) flows a second",
                "lower the load or raise the sizes")
        }
        schedule = ArrivalSchedule(
            flows, load: load, duration: spec.duration, seed: options.seed, stream: index)
    }
}
