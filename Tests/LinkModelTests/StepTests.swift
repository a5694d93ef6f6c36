import Testing

@testable import LinkModel

@Suite struct StepTests {
    @Test func changesTheRateForWhatIsSentLater() throws {
        var link = try LinkDirection("12Mbit at 1500us rate 120Mbit at 10ms rate 12Mbit")
        let deliveries = link.run([0, 0, 0, 0, 20_000_000])
        // The second was begun at 1 ms, at the old rate.
        #expect(
            deliveries.due
                == [1: 1_000_000, 2: 2_000_000, 3: 2_100_000, 4: 2_200_000, 5: 21_000_000])
    }

    @Test func changesTheDelayAndKeepsTheOrder() throws {
        var link = try LinkDirection("unlimited delay 10ms at 5ms delay 1ms at 20ms delay 2ms")
        let deliveries = link.run([0, 4_000_000, 5_000_000, 14_000_000, 20_000_000])
        #expect(
            deliveries.due
                == [1: 10_000_000, 2: 14_000_000, 3: 14_000_000, 4: 15_000_000, 5: 22_000_000])
        #expect(deliveries.order == [1, 2, 3, 4, 5])
    }

    @Test func changesTheLoss() throws {
        var link = try LinkDirection("unlimited loss 100% at 1s loss 0% at 2s loss every 2")
        let times: [Int64] = [
            0, 1, 999_999_999, 1_000_000_000, 1_500_000_000, 2_000_000_000, 2_000_000_001,
        ]
        let drops = link.run(times).drops
        #expect(Set(drops.keys) == [1, 2, 3, 6])
    }

    @Test func losesAreCountedFromTheFirstPacket() throws {
        var link = try LinkDirection("unlimited at 1s loss script 2,5")
        #expect(link.run([0, 0, 0, 1_000_000_000, 1_000_000_000]).drops == [5: .loss])
    }
}
