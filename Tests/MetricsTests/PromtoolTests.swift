import TestSupport
import Testing

@testable import Metrics

/// What Prometheus's own reader says of the text.
@Suite struct PromtoolTests {
    init() throws {
        try KernelTest.require("promtool")
    }

    /// The families of docs/metrics.md, with every kind, unit and label of them.
    private func families() throws -> [MetricFamily] {
        let labels = try Labels(["cgroup": "kubepods/\"odd\\\n", "profile": "wan", "cc": "tt_cubic"])
        let counters: [(String, String?)] = [
            ("tcptune_connections_closed_total", nil), ("tcptune_connections_failed_total", nil),
            ("tcptune_untracked_connections_total", nil), ("tcptune_sent_bytes_total", "bytes"),
            ("tcptune_acked_bytes_total", "bytes"), ("tcptune_received_bytes_total", "bytes"),
            ("tcptune_retransmitted_bytes_total", "bytes"),
            ("tcptune_sent_segments_total", "segments"),
            ("tcptune_received_segments_total", "segments"),
            ("tcptune_sent_data_segments_total", "segments"),
            ("tcptune_retransmitted_segments_total", "segments"),
            ("tcptune_lost_segments_total", "segments"),
            ("tcptune_delivered_segments_total", "segments"),
            ("tcptune_delivered_ce_segments_total", "segments"),
            ("tcptune_retransmission_timeouts_total", nil),
            ("tcptune_smoothed_rtt_samples_total", nil),
            ("tcptune_busy_seconds_total", "seconds"),
            ("tcptune_rwnd_limited_seconds_total", "seconds"),
            ("tcptune_sndbuf_limited_seconds_total", "seconds"),
        ]
        var families = try counters.map { name, unit in
            var family = try MetricFamily(name, .counter, help: "Counts.", unit: unit)
            try family.add(labels, unit == "seconds" ? .real(1.5) : .integer(12))
            return family
        }
        for (name, label) in [
            ("tcptune_connections_opened_total", "direction"),
            ("tcptune_option_failures_total", "option"), ("tcptune_rule_connections_total", "rule"),
        ] {
            var family = try MetricFamily(name, .counter, help: "Counts by \(label).")
            try family.add(labels.adding(label, "a"), .integer(1))
            try family.add(labels.adding(label, "b"), .integer(2))
            families.append(family)
        }
        for name in ["tcptune_connections", "tcptune_attachments", "tcptune_build_info"] {
            var family = try MetricFamily(name, .gauge, help: "Is.")
            try family.add(.none, .integer(1))
            families.append(family)
        }
        for (name, unit, scale) in [
            ("tcptune_rtt_seconds", "seconds", 1e-6),
            ("tcptune_congestion_window_segments", "segments", 1),
            ("tcptune_delivery_rate_bytes_per_second", "bytes_per_second", 1),
        ] {
            let bounds = try HistogramBounds((0..<200).map { Double($0 * $0 + 1) * scale })
            var family = try MetricFamily(name, .histogram, help: "Distribution.", unit: unit)
            try family.add(
                labels,
                .histogram(
                    MetricHistogram(
                        bounds: bounds, counts: (0...200).map { UInt64($0) }, sum: 12.75)))
            families.append(family)
        }
        return families
    }

    @Test func findsNothingToSay() throws {
        let text = try ExpositionFormat.prometheus.render(families())
        let output = try Command.run(["promtool", "check", "metrics"], input: text)
        #expect(output.succeeded)
        #expect(output.standardOutput == "" && output.standardError == "")
    }

    @Test func wouldSeeAMistake() throws {
        let text = Array("# TYPE tcptune_x counter\ntcptune_x 1\n".utf8)
        #expect(try !Command.run(["promtool", "check", "metrics"], input: text).succeeded)
    }
}
