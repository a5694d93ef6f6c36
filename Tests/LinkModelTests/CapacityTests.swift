import Testing

@testable import LinkModel

/// What a direction could have carried, for the utilisation.
@Suite struct CapacityTests {
    private func direction(_ text: String, trace: String = "") throws -> DirectionSpec {
        try LinkSpec.parse(text) { _ in Array(trace.utf8) }.down
    }

    @Test func constantRates() throws {
        let spec = try direction("8Mbit rtt 10ms")
        #expect(spec.capacity(from: 1_000_000_000, to: 3_000_000_000) == 16_000_000)
        #expect(try direction("unlimited rtt 10ms").capacity(from: 0, to: 1) == nil)
    }

    @Test func stepsInsideBeforeAndAfterTheWindow() throws {
        let spec = try direction(
            "8Mbit rtt 10ms at 1s rate 4Mbit at 3s rate 2Mbit at 9s rate 1Mbit")
        #expect(spec.capacity(from: 0, to: 1_000_000_000) == 8_000_000)
        #expect(spec.capacity(from: 2_000_000_000, to: 4_000_000_000) == 6_000_000)
        #expect(spec.capacity(from: 5_000_000_000, to: 6_000_000_000) == 2_000_000)
    }

    @Test func tracesCountTheirOpportunities() throws {
        // Three in the first 10 ms, the last of them at the period.
        let spec = try direction("trace t rtt 10ms", trace: "2\n5\n10\n")
        let opportunity = 12_000.0
        #expect(spec.capacity(from: 0, to: 1_999_999) == 0)
        #expect(spec.capacity(from: 0, to: 2_000_000) == opportunity)
        #expect(spec.capacity(from: 0, to: 10_000_000) == 3 * opportunity)
        #expect(spec.capacity(from: 3_000_000, to: 25_000_000) == 7 * opportunity)
        #expect(
            spec.capacity(from: 0, to: 60_000_000_000) == spec.rate.bitsPerSecond.map { $0 * 60 })
    }
}
