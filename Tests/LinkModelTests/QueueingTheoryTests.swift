import Testing

@testable import LinkModel

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The queue with Poisson arrivals and packets of one size against M/D/1 and M/D/1/K.
@Suite struct QueueingTheoryTests {
    /// Of 1500 bytes at 12 Mbit/s, in nanoseconds.
    static let service = 1_000_000.0

    struct Run {
        var queueingDelay = DelayHistogram()
        var drops: UInt64 = 0
        /// How many packets each arrival found, with the one in transmission.
        var found: [Int]
    }

    /// Sends packets at a load: half of them at times that mirror the others' (antithetic
    /// variates), so that fewer packets give the same precision.
    static func drive(load: Double, packets: Int, limit: Int) -> Run {
        var run = Run(found: [Int](repeating: 0, count: limit + 2))
        for isMirrored in [false, true] {
            var link = LinkDirection(
                DirectionSpec(
                    rate: .constant(bitsPerSecond: 12_000_000),
                    queue: QueueSpec(limit: .amount(.packets(limit)))),
                seed: 1, stream: 0)
            var random = TestRandom(seed: 1)
            var time = 0.0
            var inSystem = 0
            for token in 0..<Int32(packets / 2) {
                let uniform = random.uniform()
                time -= log(isMirrored ? 1 - uniform + 0x1p-53 : uniform) * service / load
                let now = Int64(time)
                link.advance(to: now) { output in
                    if case .deliver = output { inSystem -= 1 }
                }
                run.found[inSystem] += 1
                link.offer(.init(token: token, bytes: 1500), at: now)
                if inSystem <= limit { inSystem += 1 }
            }
            run.queueingDelay.merge(link.queueingDelay)
            run.drops += link.counters.queueDrops
        }
        return run
    }

    /// How many customers a departing one of M/D/1 leaves behind, not normalised: the recursion of
    /// the embedded Markov chain, with Poisson arrivals in a service time.
    static func embeddedChain(load: Double, states: Int) -> [Double] {
        var arrivals = [exp(-load)]
        for k in 1...states { arrivals.append(arrivals[k - 1] * load / Double(k)) }
        var chain = [1.0]
        for j in 0..<(states - 1) {
            var next = chain[j] - chain[0] * arrivals[j]
            if j > 0 { for i in 1...j { next -= chain[i] * arrivals[j + 1 - i] } }
            chain.append(next / arrivals[0])
        }
        return chain
    }

    @Test(arguments: [(0.3, 200_000), (0.5, 400_000), (0.7, 800_000)])
    func waitsAsInMD1(load: Double, packets: Int) {
        let run = Self.drive(load: load, packets: packets, limit: 1000)
        #expect(run.drops == 0)
        let mean = load / (2 * (1 - load)) * Self.service
        #expect(abs(run.queueingDelay.mean / mean - 1) < 0.01, "\(run.queueingDelay.mean / mean)")
        // Arrivals see what is there at any time (PASTA).
        let chain = Self.embeddedChain(load: load, states: 8)
        for (customers, weight) in chain.enumerated() {
            let share = Double(run.found[customers]) / Double(packets)
            #expect(abs(share - (1 - load) * weight) < 0.003, "\(customers) customers")
        }
    }

    @Test(arguments: [(0.8, 1), (0.9, 2), (1.0, 4), (1.2, 10)])
    func blocksAsInMD1K(load: Double, capacity: Int) {
        let packets = 300_000
        let run = Self.drive(load: load, packets: packets, limit: capacity - 1)
        let chain = Self.embeddedChain(load: load, states: capacity)
        let empty = chain[0] / chain.reduce(0, +)
        let blocking = 1 - 1 / (empty + load)
        let measured = Double(run.drops) / Double(packets)
        #expect(abs(measured / blocking - 1) < 0.01, "\(measured / blocking)")
        #expect(run.found[capacity] == Int(run.drops))
    }

    @Test func waitsExactlyAsLindleySays() {
        var link = LinkDirection(
            DirectionSpec(
                rate: .constant(bitsPerSecond: 12_000_000),
                queue: QueueSpec(limit: .amount(.packets(1_000_000)))),
            seed: 1, stream: 0)
        var random = TestRandom(seed: 7)
        var times: [Int64] = []
        var expected: [Int64] = []
        var (time, free) = (Int64(0), Int64(0))
        for _ in 0..<20_000 {
            time += Int64(-log(random.uniform()) * Self.service / 0.95)
            free = max(free, time) + Int64(Self.service)
            times.append(time)
            expected.append(free)
        }
        let deliveries = link.run(times)
        #expect(deliveries.order.map { deliveries.due[$0] } == expected)
    }
}
