import Testing

@testable import LinkModel

@Suite struct LinkSpecTests {
    static let traces: @Sendable (String) throws -> [UInt8] = { name in
        guard name.hasPrefix("lte") else { throw NoTrace() }
        return Array("1\n2\n2\n\(name.count)\n".utf8)
    }

    struct NoTrace: Error, CustomStringConvertible {
        let description = "no such file"
    }

    static func parse(_ text: String) throws(LinkSpecError) -> LinkSpec {
        try LinkSpec.parse(text, traces: traces)
    }

    @Test func readsTheOneEverybodyWrites() throws {
        let link = try Self.parse("50Mbit rtt 40ms buffer 1bdp loss 0.1%")
        #expect(link.down.rate == .constant(bitsPerSecond: 50_000_000))
        #expect(link.down.delay == 20_000_000)
        #expect(link.down.queue.limit == .bdp(thousandths: 1000, bytes: 250_000))
        #expect(link.down.loss == .random(0.001))
        #expect(
            link.up
                == DirectionSpec(
                    rate: link.down.rate, delay: 20_000_000,
                    queue: QueueSpec(limit: .amount(.packets(10_000)))))
        #expect(link.description == "50Mbit rtt 40ms buffer 1bdp loss 0.1%")
    }

    @Test func upTakesOnlyRateAndDelay() throws {
        let link = try Self.parse(
            "10Mbit/1Mbit delay 5ms jitter 1ms codel loss 1% up delay 7ms buffer 2bdp loss every 3")
        #expect(link.up.rate == .constant(bitsPerSecond: 1_000_000))
        #expect(link.down.delay == 5_000_000)
        #expect(link.up.delay == 7_000_000)
        #expect(link.up.jitter == nil)
        #expect(link.up.queue.discipline == .dropTail)
        #expect(link.up.queue.limit == .bdp(thousandths: 2000, bytes: 3000))
        #expect(link.up.loss == .everyNth(3))
        #expect(link.down.queue.discipline == .codel(CoDelParameters()))
    }

    @Test func readsTracesByTheirNames() throws {
        let link = try Self.parse("trace lte-short.down up lte.up rtt 20ms")
        guard case .trace(let down) = link.down.rate, case .trace(let up) = link.up.rate else {
            Issue.record("no traces")
            return
        }
        #expect(down.name == "lte-short.down")
        #expect(up.opportunities == [1, 2, 2, 6])
        #expect(link.baseRTT == 20_000_000)
        // 14 ms, four opportunities: the mean rate times 20 ms.
        let buffered = try Self.parse("trace lte-short.down rtt 20ms buffer 1bdp")
        #expect(buffered.down.queue.limit == .bdp(thousandths: 1000, bytes: 4 * 1500 * 20 / 14))
    }

    @Test func upTakesTheStepsThatItDoesNotReplace() throws {
        let shared = try Self.parse("10Mbit rtt 10ms at 5s rate 5Mbit loss 1% at 7s delay 9ms")
        #expect(shared.down.steps.count == 3)
        #expect(
            shared.up.steps == [
                LinkStep(time: 5_000_000_000, change: .rate(5_000_000)),
                LinkStep(time: 7_000_000_000, change: .delay(9_000_000)),
            ])
        let own = try Self.parse("10Mbit at 5s rate 5Mbit delay 1ms up 2Mbit at 1s loss 50%")
        #expect(own.up.steps.map(\.rank) == [2, 1])
        let slash = try Self.parse("10Mbit/1Mbit at 5s rate 5Mbit at 6s rate 9Mbit/2Mbit")
        #expect(slash.up.steps == [LinkStep(time: 6_000_000_000, change: .rate(2_000_000))])
    }

    @Test(arguments: [
        "unlimited", "10kbit", "100Gbit rtt 1ns", "1500kbit delay 2s", "50Mbit/unlimited rtt 3ms",
        "10Mbit rtt 40ms jitter 2ms buffer 100p", "10Mbit rtt 40ms jitter 20ms unordered",
        "10Mbit rtt 40ms buffer 256KiB step 20p", "10Mbit rtt 40ms buffer 64KB step 30KB",
        "10Mbit rtt 40ms buffer 0p", "10Mbit rtt 40ms buffer 0.5bdp",
        "1Gbit rtt 33ms buffer 1.234bdp",
        "10Mbit red", "10Mbit red min 10p", "10Mbit red min 40GiB", "10Mbit red min 9000000p",
        "10Mbit red min 5KB max 30KB probability 2% weight 0.1%",
        "10Mbit codel", "10Mbit codel target 1ms interval 20ms", "10Mbit loss 0.0000001%",
        "10Mbit loss gemodel 1% 30%", "10Mbit loss gemodel 1% 30% 50%",
        "10Mbit loss gemodel 1% 30% 50% 0.1%", "10Mbit loss every 1000",
        "10Mbit loss script 30,10,20", "10Mbit loss 100% duplicate 0.1%",
        "10Mbit rtt 10ms reorder 1%", "10Mbit rtt 10ms reorder 1% by 2ms",
        "10Mbit at 0s rate 1Mbit at 5s loss 0% at 1min loss gemodel 1% 2%",
        "10Mbit rtt 10ms at 5s delay 50ms", "10Mbit rtt 10ms at 5s delay 50ms up at 6s delay 1ms",
        "10Mbit delay 10ms at 5s delay 50ms up loss 1%", "10Mbit rtt 11ns up buffer 3p",
        "10Mbit/1Mbit rtt 20ms at 5s rate 1Mbit/0.5Mbit loss 2%", "trace lte rtt 20ms",
        "trace lte up lte.up rtt 20ms buffer 10p", "trace lte up 5Mbit", "5Mbit up trace lte",
        "trace lte up buffer 2bdp delay 1ms codel", "unlimited up unlimited loss 1%",
        "rate 5Mbit rtt 9ms up rate 2Mbit at 5s rate 1Mbit", "rtt 5ms",
        "  10Mbit\trtt\n5ms  ", "10Mbit up delay 5ms at 3s loss 1% rate 2Mbit at 4s delay 1ms",
        "10Mbit delay 5ms up delay 5ms loss 1% at 1s delay 2ms",
        "10Mbit delay 5ms at 1s rate 2Mbit delay 3ms up rate 1Mbit",
    ])
    func canonicalTextParsesToTheSame(text: String) throws {
        let link = try Self.parse(text)
        let canonical = link.description
        #expect(try Self.parse(canonical) == link, "\(canonical)")
        #expect(try Self.parse(canonical).description == canonical)
    }
}
