import Testing

@testable import Metrics

@Suite struct ExpositionTests {
    private func families() throws -> [MetricFamily] {
        let labels = try Labels(["profile": "wan-bulk", "cgroup": #"a\b"c"# + "\n"])
        var rtt = try MetricFamily(
            "tcptune_rtt_seconds", .histogram, help: "Round-trip time.", unit: "seconds")
        try rtt.add(
            labels,
            .histogram(
                MetricHistogram(
                    bounds: HistogramBounds([0.001, 0.5, 1, 2e-05 + 3]), counts: [2, 0, 3, 0, 1],
                    sum: 6.25)))
        var sent = try MetricFamily(
            "tcptune_sent_bytes_total", .counter, help: "Sent \"payload\",\nwith \\.", unit: "bytes"
        )
        try sent.add(labels.adding("a", "z"), .integer(.max))
        try sent.add(labels, .integer(0))
        var info = try MetricFamily("tcptune_build_info", .gauge, help: "The version.")
        try info.add(.none, .real(1))
        let empty = try MetricFamily("tcptune_nothing", .gauge, help: "Never there.")
        return [sent, rtt, info, empty]
    }

    /// The formats have no escape for these, and the file may be looked at on a terminal.
    @Test func controlCharactersAreShown() throws {
        var family = try MetricFamily("a", .gauge, help: "A \u{7}.")
        try family.add(try Labels(["cgroup": "x\u{1b}[2J\u{9b}\u{202e}é\r"]), .integer(1))
        #expect(
            String(decoding: try ExpositionFormat.prometheus.render([family]), as: UTF8.self)
                == #"""
                # HELP a A \\u{07}.
                # TYPE a gauge
                a{cgroup="x\\u{1B}[2J\\u{009B}\\u{202E}é\\r"} 1

                """#)
    }

    @Test func prometheusText() throws {
        let expected = #"""
            # HELP tcptune_build_info The version.
            # TYPE tcptune_build_info gauge
            tcptune_build_info 1
            # HELP tcptune_rtt_seconds Round-trip time.
            # TYPE tcptune_rtt_seconds histogram
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="0.001"} 2
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="0.5"} 2
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="1"} 5
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="3.00002"} 5
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="+Inf"} 6
            tcptune_rtt_seconds_sum{cgroup="a\\b\"c\n",profile="wan-bulk"} 6.25
            tcptune_rtt_seconds_count{cgroup="a\\b\"c\n",profile="wan-bulk"} 6
            # HELP tcptune_sent_bytes_total Sent "payload",\nwith \\.
            # TYPE tcptune_sent_bytes_total counter
            tcptune_sent_bytes_total{a="z",cgroup="a\\b\"c\n",profile="wan-bulk"} 18446744073709551615
            tcptune_sent_bytes_total{cgroup="a\\b\"c\n",profile="wan-bulk"} 0

            """#
        let text = try ExpositionFormat.prometheus.render(families())
        #expect(String(decoding: text, as: UTF8.self) == expected)
        let reversed = try ExpositionFormat.prometheus.render(families().reversed())
        #expect(reversed == text)
    }

    @Test func openMetricsText() throws {
        let expected = #"""
            # HELP tcptune_build_info The version.
            # TYPE tcptune_build_info gauge
            tcptune_build_info 1
            # UNIT tcptune_rtt_seconds seconds
            # HELP tcptune_rtt_seconds Round-trip time.
            # TYPE tcptune_rtt_seconds histogram
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="0.001"} 2
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="0.5"} 2
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="1.0"} 5
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="3.00002"} 5
            tcptune_rtt_seconds_bucket{cgroup="a\\b\"c\n",profile="wan-bulk",le="+Inf"} 6
            tcptune_rtt_seconds_sum{cgroup="a\\b\"c\n",profile="wan-bulk"} 6.25
            tcptune_rtt_seconds_count{cgroup="a\\b\"c\n",profile="wan-bulk"} 6
            # UNIT tcptune_sent_bytes bytes
            # HELP tcptune_sent_bytes Sent \"payload\",\nwith \\.
            # TYPE tcptune_sent_bytes counter
            tcptune_sent_bytes_total{a="z",cgroup="a\\b\"c\n",profile="wan-bulk"} 18446744073709551615
            tcptune_sent_bytes_total{cgroup="a\\b\"c\n",profile="wan-bulk"} 0
            # EOF

            """#
        let text = try ExpositionFormat.openMetrics.render(families())
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (1e-05, "1e-05"),
            (1.0 / 3, "0.3333333333333333"), (9_007_199_254_740_991, "9007199254740991"),
            (1e22, "1e+22"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (123_456_789, "123456789"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func numbers(number: Double, expected: String) {
        var text: [UInt8] = []
        text.append(number: number)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test func integers() {
        for number: UInt64 in [0, 1, 9, 10, 11, 99, 100, 1_234_567_890, .max] {
            var text: [UInt8] = []
            text.append(number: number)
            #expect(String(decoding: text, as: UTF8.self) == String(number))
        }
    }

    @Test func emptyTexts() throws {
        #expect(try ExpositionFormat.prometheus.render([]).isEmpty)
        #expect(try ExpositionFormat.openMetrics.render([]) == Array("# EOF\n".utf8))
        #expect(ExpositionFormat.prometheus.contentType.contains("0.0.4"))
    }

    @Test func refusesFamiliesOfOneName() throws {
        let a = try MetricFamily("tcptune_x", .gauge, help: "X.")
        let b = try MetricFamily("tcptune_x_total", .counter, help: "X.")
        // OpenMetrics would have them as one.
        let error = #expect(throws: MetricError.self) {
            try ExpositionFormat.prometheus.render([a, b])
        }
        #expect(error?.code == .duplicate)
    }
}
