import Testing

@testable import LinkModel

@Suite struct TraceTests {
    static func due(_ deliveries: Deliveries) -> [Int64?] {
        let last = deliveries.due.keys.max() ?? 0
        return (1...max(1, last)).map { deliveries.due[$0].map { $0 / 1_000_000 } }
    }

    @Test func packetsLeaveAtTheOpportunities() throws {
        var link = try LinkDirection("trace t", trace: "1\n1\n3\n")
        #expect(Self.due(link.run(repeatElement(0, count: 8))) == [1, 1, 3, 4, 4, 6, 7, 7])
    }

    @Test func anOpportunityCarriesSeveralSmallPackets() throws {
        var link = try LinkDirection("trace t", trace: "1\n1\n3\n")
        // 700 + 700 + 100 of the third, the rest of it and two halves, and so on.
        #expect(
            Self.due(link.run(repeatElement(0, count: 7), bytes: 700)) == [1, 1, 1, 1, 3, 3, 4])
        var large = try LinkDirection("trace t", trace: "1\n1\n3\n")
        #expect(Self.due(large.run([0, 0], bytes: 4000)) == [3, 6])
    }

    @Test func unusedOpportunitiesAreLost() throws {
        var link = try LinkDirection("trace t", trace: "1\n1\n3\n")
        // What comes at the time of an opportunity is too late for it.
        let times: [Int64] = [
            500_000, 1_000_000, 3_000_000, 3_100_000, 3_100_000, 3_000_000_000_001,
        ]
        #expect(Self.due(link.run(times)) == [1, 3, 4, 4, 6, 3_000_001])
    }

    @Test func skipsAsFarAsItWouldStep() throws {
        let trace = try Trace.parse(Array("0\n0\n2\n5\n5\n9\n".utf8), name: "t")
        for now in stride(from: Int64(0), to: 60_000_000, by: 250_000) {
            var (stepped, skipped) = (TraceCursor(trace), TraceCursor(trace))
            while stepped.time <= now { stepped.advance() }
            skipped.skip(past: now)
            #expect(skipped.time == stepped.time)
            skipped.advance()
            stepped.advance()
            #expect(skipped.time == stepped.time)
        }
    }

    @Test func delaysAndQueues() throws {
        var link = try LinkDirection("trace t delay 10ms buffer 2p", trace: "5\n")
        let deliveries = link.run([0, 0, 0, 5_000_000])
        #expect(deliveries.drops == [3: .queueFull])
        #expect(Self.due(deliveries) == [15, 20, nil, 25])
        #expect(link.queueingDelay.maximum == 10_000_000)
    }

    @Test func aSaturatedTraceGivesItsMeanRate() throws {
        var random = TestRandom(seed: 9)
        var time = 0
        var text = ""
        for _ in 0..<500 {
            time += random.below(5)
            text += "\(time)\n"
        }
        let trace = try Trace.parse(Array(text.utf8), name: "t")
        var link = try LinkDirection("trace t buffer 10000p", trace: text)
        let deliveries = link.run(repeatElement(0, count: 1501), bytes: 1500)
        // Three periods carry 1500 packets.
        #expect(deliveries.due[1500] == 3 * trace.period * 1_000_000)
        let rate = 1500 * 1500 * 8 / (Double(3 * trace.period) / 1000)
        #expect(abs(rate / trace.meanBitsPerSecond - 1) < 1e-9)
    }

    @Test(arguments: [
        ("", "t: the file is empty, expected one time in milliseconds on each line"),
        (
            "1\n2\nx3\n",
            "t:3: 'x3' is no time, expected a whole number of milliseconds and nothing else"
        ),
        (
            "1\n\n2\n",
            "t:2: '' is no time, expected a whole number of milliseconds and nothing else"
        ),
        ("1 \n", "t:1: '1 ' is no time, expected a whole number of milliseconds and nothing else"),
        ("-1\n", "t:1: '-1' is no time, expected a whole number of milliseconds and nothing else"),
        (
            "1.5\n",
            "t:1: '1.5' is no time, expected a whole number of milliseconds and nothing else"
        ),
        (
            "99999999999\n",
            "t:1: '99999999999' is no time, expected a whole number of milliseconds and nothing else"
        ),
        ("1\n5\n4\n", "t:3: 4 is less than the time before, 5, expected times that never decrease"),
        ("0\n0\n", "t:2: the last time, which is the period, is 0, expected a time above 0"),
        (
            "1\n60002\n",
            "t:2: nothing for 60001 ms before 60002, expected an opportunity at least every 60 s"
        ),
        (
            "60001\n",
            "t:1: nothing for 60001 ms before 60001, expected an opportunity at least every 60 s"
        ),
        (
            "\u{1F}\u{7}\n",
            "t:1: '\\u{1F}\\u{07}' is no time, expected a whole number of milliseconds and nothing else"
        ),
    ])
    func refuses(text: String, description: String) {
        let error = #expect(throws: TraceError.self) {
            try Trace.parse(Array(text.utf8), name: "t")
        }
        #expect(error?.description == description)
    }

    @Test func refusesHugeFiles() {
        let error = #expect(throws: TraceError.self) {
            try Trace.parse([UInt8](repeating: 48, count: Trace.maximumSize + 1), name: "t")
        }
        #expect(error?.description == "t: the file has 67108865 bytes, expected at most 64 MiB")
    }

    @Test func readsEveryLineEnding() throws {
        #expect(try Trace.parse(Array("0\r\n007\r\n9".utf8), name: "t").opportunities == [0, 7, 9])
    }
}
