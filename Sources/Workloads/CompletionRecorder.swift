import Statistics

/// Keeps flow completion times: all as histograms, and up to a limit each of them.
struct CompletionRecorder {
    private var count = 0
    private var kept: [(start: Double, size: Int, duration: UInt64)] = []
    private var all = TimeHistogram()
    private var small = TimeHistogram()
    private var large = TimeHistogram()
    private var random: SplitMix64
    private let limit: Int

    init(limit: Int = 100_000, random: SplitMix64) {
        self.limit = limit
        self.random = random
    }

    /// - Parameters:
    ///   - start: seconds.
    ///   - size: bytes.
    ///   - duration: ns.
    mutating func record(start: Double, size: Int, duration: UInt64) {
        count += 1
        all.record(duration)
        if size < 100_000 { small.record(duration) }
        if size > 1_000_000 { large.record(duration) }
        if kept.count < limit {
            kept.append((start, size, duration))
        } else {
            // Algorithm R (Vitter, ACM TOMS 1985): each is kept with the same probability.
            let place = Int(random.next() % UInt64(count))
            if place < limit { kept[place] = (start, size, duration) }
        }
    }

    func completions(unfinished: Int) -> LoadReport.Completions {
        LoadReport.Completions(
            count: count, unfinished: unfinished, starts: kept.map(\.start),
            sizes: kept.map(\.size), durations: kept.map { Double($0.duration) / 1e9 },
            all: all.times, small: small.times, large: large.times)
    }
}
