import Testing

@testable import LinkModel

@Suite struct LossTests {
    static func lost(_ text: String, packets: Int, seed: UInt64 = 1) throws -> [Int] {
        var link = try LinkDirection(text, seed: seed)
        let drops = link.run((0..<packets).map { Int64($0) * 1000 }, bytes: 100).drops
        #expect(link.counters.losses == UInt64(drops.count))
        return drops.keys.map { Int($0) }.sorted()
    }

    @Test func losesEachWithTheProbability() throws {
        // Within four standard deviations.
        #expect(abs(try Self.lost("unlimited loss 1%", packets: 200_000).count - 2000) < 180)
        #expect(try Self.lost("unlimited loss 100%", packets: 100).count == 100)
        #expect(try Self.lost("unlimited loss 0%", packets: 100).isEmpty)
        #expect(abs(try Self.lost("unlimited loss 50%", packets: 10_000).count - 5000) < 200)
    }

    @Test func losesIndependently() throws {
        let lost = try Self.lost("unlimited loss 10%", packets: 200_000)
        let pairs = zip(lost, lost.dropFirst()).count { $1 - $0 == 1 }
        #expect(abs(Double(pairs) / Double(lost.count) - 0.1) < 0.01)
    }

    @Test func gilbertElliottHasItsRateAndBursts() throws {
        // p / (p + r) of the packets, in bursts of 1 / r.
        let packets = 400_000
        let lost = try Self.lost("unlimited loss gemodel 1% 25%", packets: packets)
        let rate = Double(lost.count) / Double(packets)
        #expect(abs(rate / (0.01 / 0.26) - 1) < 0.05, "\(rate)")
        let bursts = 1 + zip(lost, lost.dropFirst()).count { $1 - $0 > 1 }
        #expect(abs(Double(lost.count) / Double(bursts) / 4 - 1) < 0.05)
        // Geometric: a quarter of the bursts has one packet.
        var lengths: [Int: Int] = [:]
        var length = 1
        for (packet, next) in zip(lost, lost.dropFirst()) {
            if next == packet + 1 {
                length += 1
            } else {
                (lengths[length, default: 0], length) = (lengths[length, default: 0] + 1, 1)
            }
        }
        #expect(abs(Double(lengths[1] ?? 0) / Double(bursts) - 0.25) < 0.02)
    }

    @Test func gilbertElliottLosesInBothStates() throws {
        // Bad for 1/3 of the time.
        let lost = try Self.lost("unlimited loss gemodel 10% 20% 50% 2%", packets: 200_000)
        let rate = Double(lost.count) / 200_000
        #expect(abs(rate / (0.5 / 3 + 0.02 * 2 / 3) - 1) < 0.03, "\(rate)")
    }

    @Test func losesEveryNthAndTheScript() throws {
        #expect(try Self.lost("unlimited loss every 7", packets: 30) == [7, 14, 21, 28])
        #expect(try Self.lost("unlimited loss every 1", packets: 3) == [1, 2, 3])
        #expect(try Self.lost("unlimited loss script 30,1,2", packets: 40) == [1, 2, 30])
    }

    @Test(arguments: [
        "10Mbit rtt 10ms jitter 5ms loss 3% duplicate 2%",
        "10Mbit rtt 10ms loss gemodel 1% 20% 90% 1% reorder 5%",
    ])
    func decidesTheSameWhateverTheTiming(text: String) throws {
        var random = TestRandom(seed: 3)
        var time: Int64 = 0
        let slow = (0..<20_000).map { Int64($0) * 2_000_000 }
        let fast = (0..<20_000).map { _ in
            time += Int64(random.below(4_000_000))
            return time
        }
        var (one, two) = (try LinkDirection(text, seed: 5), try LinkDirection(text, seed: 5))
        let (first, second) = (one.run(slow), two.run(fast))
        #expect(
            first.drops.filter { $0.value == .loss } == second.drops.filter { $0.value == .loss })
        #expect(!first.drops.isEmpty)
        let alsoLost = Set(first.copies).symmetricDifference(second.copies)
        #expect(alsoLost.isSubset(of: second.drops.keys))
        var other = try LinkDirection(text, seed: 6)
        #expect(other.run(slow).drops != first.drops)
    }

    @Test func directionsDecideApart() throws {
        let spec = try LinkSpec.parse("unlimited loss 10% up loss 10%") { _ in [] }
        var down = LinkDirection(spec.down, seed: 1, stream: 0)
        var up = LinkDirection(spec.up, seed: 1, stream: 1)
        let times = (0..<10_000).map { Int64($0) }
        let (a, b) = (Set(down.run(times).drops.keys), Set(up.run(times).drops.keys))
        // A tenth of a tenth, were they independent.
        #expect((60...140).contains(a.intersection(b).count))
    }

    @Test func exemptPacketsAreNeitherLostNorCounted() throws {
        var link = try LinkDirection("12Mbit delay 1ms buffer 0p loss every 2")
        var deliveries = Deliveries()
        for token in 1...5 {
            link.offer(.init(token: Int32(token), bytes: 1500), at: 0)
            link.offer(.init(token: Int32(-token), bytes: 80, isExempt: true), at: 0)
        }
        link.advance(to: 10_000_000) { deliveries.take($0) }
        #expect(deliveries.drops == [2: .loss, 3: .queueFull, 4: .loss, 5: .queueFull])
        #expect(deliveries.order == [-1, -2, -3, -4, -5, 1])
        #expect(deliveries.due[-5] == 1_000_000)
        #expect(link.counters.offeredPackets == 5)
        #expect(link.counters.offeredBytes == 7500)
        #expect(link.counters.forwardedPackets == 1)
        #expect(link.nextEvent == nil)
    }
}
