import Testing

@testable import LinkModel

@Suite struct PropagationTests {
    static let times = (0..<10_000).map { Int64($0) * 100_000 }

    /// Each packet's delay, in the order of the packets.
    static func delays(_ deliveries: Deliveries) -> [Int64] {
        times.enumerated().compactMap { index, time in
            deliveries.due[Int32(index + 1)].map { $0 - time }
        }
    }

    @Test func transmitsThenDelays() throws {
        var link = try LinkDirection("12Mbit delay 20ms")
        link.offer(.init(token: 7, bytes: 1500), at: 0)
        link.offer(.init(token: 8, bytes: 1500), at: 0)
        #expect(link.queuePackets == 1)
        #expect(link.nextEvent == 21_000_000)
        var outputs: [LinkDirection.Output] = []
        link.advance(to: 20_999_999) { outputs.append($0) }
        #expect(outputs.isEmpty)
        link.advance(to: 22_000_000) { outputs.append($0) }
        #expect(
            outputs == [
                .deliver(token: 7, due: 21_000_000, isMarked: false, isCopy: false),
                .deliver(token: 8, due: 22_000_000, isMarked: false, isCopy: false),
            ])
        #expect(link.nextEvent == nil)
    }

    @Test func nextEventIsNeverLate() throws {
        for text in [
            "12Mbit delay 3ms jitter 3ms unordered reorder 10% duplicate 5%",
            "12Mbit delay 9ms buffer 5p at 50ms delay 1ms rate 1Mbit at 200ms delay 30ms",
            "12Mbit delay 1ms codel target 1ms interval 10ms", "trace t delay 2ms reorder 3%",
        ] {
            var link = try LinkDirection(text, trace: "1\n4\n4\n9\n")
            var random = TestRandom(seed: 11)
            var now: Int64 = 0
            for token in 0..<Int32(5000) {
                now += Int64(random.below(2_000_000))
                while let next = link.nextEvent, next <= now {
                    link.advance(to: next) { output in
                        // Given out at its due time when every event is waited for.
                        if case .deliver(_, let due, _, _) = output { #expect(due == next) }
                    }
                }
                let extra = Int64(random.below(3)) * 1_000_000
                link.offer(
                    .init(
                        token: token, bytes: 200 + Int32(random.below(3000)),
                        isExempt: random.below(20) == 0, extraDelay: extra),
                    at: now)
            }
        }
    }

    @Test func jitterIsUniform() throws {
        var link = try LinkDirection("unlimited delay 10ms jitter 4ms unordered")
        let delays = Self.delays(link.run(Self.times))
        #expect(delays.allSatisfy { (6_000_000...14_000_000).contains($0) })
        let mean = Double(delays.reduce(0, +)) / Double(delays.count)
        #expect(abs(mean - 10e6) < 0.1e6)
        let variance = delays.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        #expect(abs(variance / Double(delays.count) / (8e6 * 8e6 / 12) - 1) < 0.05)
    }

    @Test func jitterKeepsTheOrder() throws {
        var link = try LinkDirection("unlimited delay 10ms jitter 4ms")
        let deliveries = link.run(Self.times)
        #expect(deliveries.order == Array(1...10_000))
        #expect(Set(Self.delays(deliveries)).count > 100)
        var unordered = try LinkDirection("unlimited delay 10ms jitter 4ms unordered")
        #expect(unordered.run(Self.times).order != Array(1...10_000))
    }

    @Test func reorderedPacketsOvertake() throws {
        var link = try LinkDirection("unlimited delay 10ms reorder 2% by 450us")
        let deliveries = link.run(Self.times)
        let delays = Self.delays(deliveries)
        #expect(Set(delays) == [10_000_000, 9_550_000])
        let early = delays.count { $0 < 10_000_000 }
        #expect((140...260).contains(early))
        #expect(link.counters.reordered == UInt64(early))
        // 450 us is four packets; the first and last few can't.
        #expect(Set(deliveries.order) == Set(1...10_000))
        let places = Dictionary(
            uniqueKeysWithValues: deliveries.order.enumerated().map { ($1, $0 + 1) })
        for (index, delay) in delays.enumerated() where delay < 10_000_000 && index > 4 {
            #expect((1...4).contains(index + 1 - (places[Int32(index + 1)] ?? 0)))
        }
        // All of the delay, by default.
        var all = try LinkDirection("unlimited delay 10ms reorder 2%")
        #expect(Set(Self.delays(all.run(Self.times))) == [0, 10_000_000])
    }

    @Test func duplicatesComeBeforeTheirLast() throws {
        var link = try LinkDirection("unlimited delay 1ms duplicate 5%")
        var copies: [Int32] = []
        var due: Int64 = 0
        for time in Self.times {
            link.offer(.init(token: Int32(time / 100_000), bytes: 100), at: time)
        }
        link.advance(to: .max) { output in
            switch output {
            case .deliver(let token, let time, _, true):
                copies.append(token)
                due = time
            case .deliver(let token, let time, _, false):
                // Directly behind the copy.
                if copies.last == token { #expect(due == time) }
            case .drop: Issue.record("nothing is dropped")
            }
        }
        #expect((400...600).contains(copies.count))
        #expect(link.counters.duplicates == UInt64(copies.count))
        #expect(link.counters.forwardedPackets == 10_000)
    }

    @Test func hostsKeepTheirOwnOrder() throws {
        var link = try LinkDirection("12Mbit delay 5ms jitter 2ms buffer 10000p")
        var order: [Int32] = []
        var due: [Int64] = []
        for token in 0..<Int32(3000) {
            let extra = Int64(token % 3) * 20_000_000
            link.offer(
                .init(token: token, bytes: 1500, extraDelay: extra), at: Int64(token) * 500_000)
        }
        link.advance(to: .max) { output in
            guard case .deliver(let token, let time, _, _) = output else { return }
            order.append(token)
            due.append(time)
        }
        #expect(due == due.sorted())
        for host in 0..<Int32(3) {
            let own = order.filter { $0 % 3 == host }
            #expect(own == own.sorted())
            #expect(own.count == 1000)
        }
    }
}
