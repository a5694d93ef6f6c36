import Testing

@testable import LinkModel

@Suite struct RateTests {
    @Test(
        arguments: [
            ("10kbit", 1500), ("10Mbit", 1500), ("100Mbit", 1500), ("500Mbit", 1500),
            ("1Gbit", 1500),
            ("7Gbit", 40), ("100Gbit", 1500), ("999999937bit", 1499),
        ] as [(String, Int32)])
    func keepsTheRateExactly(rate: String, bytes: Int32) throws {
        var link = try LinkDirection("\(rate) buffer 100000p")
        let packets = 20_000
        let deliveries = link.run(repeatElement(0, count: packets), bytes: bytes)
        let bitsPerSecond = Int(try LinkQuantity.rate.parse(rate))
        for packet in [1, 2, 3, 7, 1000, packets] {
            let work = packet * Int(bytes) * 8
            // Seconds and the rest apart: the product of all is more than 64 bits.
            let (seconds, rest) = work.quotientAndRemainder(dividingBy: bitsPerSecond)
            let exact =
                seconds * 1_000_000_000 + (rest * 1_000_000_000 + bitsPerSecond - 1) / bitsPerSecond
            #expect(deliveries.due[Int32(packet)] == Int64(exact))
        }
    }

    /// A third of a nanosecond in each packet: a million of them are exact when each is late.
    @Test func doesNotDrift() throws {
        var link = try LinkDirection("3Gbit buffer 100p")
        var last: Int64 = 0
        var (sent, now) = (0, Int64(0))
        while sent < 1_000_000 {
            while sent < 1_000_000, link.queuePackets < 100 {
                link.offer(.init(token: 0, bytes: 125), at: now)
                sent += 1
            }
            // Asked at odd times, late, as a scheduler does it.
            now += 17_001
            link.advance(to: now) { output in
                if case .deliver(_, let due, _, _) = output { last = due }
            }
        }
        while let next = link.nextEvent {
            link.advance(to: next) { output in
                if case .deliver(_, let due, _, _) = output { last = due }
            }
        }
        #expect(link.counters.queueDrops == 0)
        #expect(last == 333_333_334)
        #expect(link.counters.forwardedBytes == 125_000_000)
    }

    @Test func startsAfreshWhenIdle() throws {
        var link = try LinkDirection("3Gbit")
        let deliveries = link.run([0, 1000, 1000], bytes: 125)
        #expect(deliveries.due == [1: 334, 2: 1334, 3: 1667])
    }

    @Test func isTransparentWithoutARate() throws {
        var link = try LinkDirection("unlimited rtt 2ms buffer 0p")
        let deliveries = link.run([5, 5, 9])
        #expect(deliveries.order == [1, 2, 3])
        #expect(deliveries.due == [1: 1_000_005, 2: 1_000_005, 3: 1_000_009])
        #expect(link.queueingDelay.maximum == 0)
    }

    @Test func countsTheQueueWithoutThePacketInTransmission() throws {
        var packets = try LinkDirection("12Mbit buffer 2p")
        #expect(
            packets.run([0, 0, 0, 0, 1_000_000, 1_000_000]).drops == [4: .queueFull, 6: .queueFull])
        var bytes = try LinkDirection("12Mbit buffer 3000B")
        #expect(bytes.run([0, 0, 0, 0]).drops == [4: .queueFull])
        // A packet that is sent at once needs no room.
        var none = try LinkDirection("12Mbit buffer 0B")
        #expect(none.run([0, 0, 999_999, 1_000_000]).drops == [2: .queueFull, 3: .queueFull])
    }

    @Test func samplesTheQueue() throws {
        var link = try LinkDirection("12Mbit buffer 2p")
        for token in 1...4 { link.offer(.init(token: Int32(token), bytes: 1500), at: 0) }
        #expect(
            link.takeSample() == QueueSample(maximumBytes: 3000, waitingTime: 0, drops: 1, marks: 0)
        )
        link.advance(to: 1_500_000) { _ in }
        #expect(link.queueBytes == 1500)
        #expect(
            link.takeSample()
                == QueueSample(maximumBytes: 3000, waitingTime: 1_000_000, drops: 0, marks: 0))
        link.advance(to: 5_000_000) { _ in }
        #expect(link.takeSample().waitingTime == 2_000_000)
        #expect(
            link.takeSample() == QueueSample(maximumBytes: 0, waitingTime: 0, drops: 0, marks: 0))
        #expect(link.queueingDelay.count == 3)
        #expect(link.queueingDelay.sum == 3_000_000)
    }
}
