import CTcptuneABI
import Metrics
import Telemetry
import Tuner

/// Statistics as metric families; docs/metrics.md describes each.
struct MetricFamilies {
    struct Row {
        let attachment: Attachment
        let statistics: AttachmentStatistics
        let peers: [PeerStatistics]
        let options: [HeaderOptionSummary]
    }

    let rows: [(labels: Labels, row: Row)]
    var families: [MetricFamily] = []

    /// - Parameter version: of tcptune.
    static func families(
        _ rows: [Row], _ names: PeerNames, version: String
    ) throws(MetricError) -> [MetricFamily] {
        var result = try MetricFamilies(rows)
        try result.addHost(version)
        try result.addConnections()
        try result.addTraffic()
        try result.addTimes()
        try result.addSampleSource()
        try result.addHistograms()
        try result.addOptionsAndRules()
        try result.addHeaderOptions()
        try result.addOptionValues()
        try result.addPeers(names)
        return result.families
    }

    private init(_ rows: [Row]) throws(MetricError) {
        var labelled: [(labels: Labels, row: Row)] = []
        for row in rows where row.attachment.collectsStatistics {
            labelled.append((try Self.labels(row.attachment), row))
        }
        // In the order in which they are written: to sort them once more costs next to nothing.
        self.rows = labelled.sorted { $0.labels < $1.labels }
    }

    private static func labels(_ attachment: Attachment) throws(MetricError) -> Labels {
        var labels = try Labels([
            "cgroup": "/" + attachment.cgroup, "profile": attachment.profile,
            "cc": attachment.controllerLabels.first ?? "",
        ])
        guard let pod = attachment.pod else { return labels }
        // Without a slash it is the UID of a pod whose names weren't known.
        let parts = pod.split(separator: "/", maxSplits: 1)
        if parts.count == 2 { labels = try labels.adding("namespace", String(parts[0])) }
        return try labels.adding("pod", String(parts.last ?? ""))
    }

    private mutating func addHost(_ version: String) throws(MetricError) {
        var build = try MetricFamily(
            "tcptune_build_info", .gauge, help: "Always 1; says which tcptune wrote this.")
        try build.add(
            try Labels(["version": version, "abi": String(TT_ABI_VERSION)]), .integer(1))
        var attachments = try MetricFamily(
            "tcptune_attachments", .gauge, help: "Cgroups with a profile that are listed here.")
        try attachments.add(.none, .integer(UInt64(rows.count)))
        families += [build, attachments]
    }

    private mutating func addConnections() throws(MetricError) {
        var opened = try MetricFamily(
            "tcptune_connections_opened_total", .counter,
            help: "Connections opened, accepted, or taken over when they were open already.")
        for (labels, row) in rows {
            for (direction, count) in [
                ("active", row.statistics.activeOpened),
                ("passive", row.statistics.passiveOpened), ("adopted", row.statistics.adopted),
            ] { try opened.add(try labels.adding("direction", direction), .integer(count)) }
        }
        families.append(opened)
        try add("connections_closed_total", "Connections that ended.") { $0.closed }
        try add("connections_failed_total", "Connections never established.") { $0.failed }
        try add(
            "untracked_connections_total", "Connections tuned but not counted, for want of memory."
        ) { $0.untracked }
        try add("connections", "Connections open now.", .gauge) { $0.open }
    }

    private mutating func addTraffic() throws(MetricError) {
        try add("sent_bytes_total", "Payload sent, retransmitted bytes included.") { $0.bytesSent }
        try add("acked_bytes_total", "Payload sent and acknowledged.") { $0.bytesAcked }
        try add("received_bytes_total", "Payload received.") { $0.bytesReceived }
        try add("retransmitted_bytes_total", "Payload sent again.") { $0.bytesRetransmitted }
        try add("sent_segments_total", "Segments sent.") { $0.segmentsSent }
        try add("received_segments_total", "Segments received.") { $0.segmentsReceived }
        try add("sent_data_segments_total", "Segments with payload sent.") { $0.dataSegmentsSent }
        try add("retransmitted_segments_total", "Segments sent again.") { $0.retransmits }
        try add("lost_segments_total", "Segments marked lost.") { $0.lost }
        try add("delivered_segments_total", "Segments delivered to the peer.") { $0.delivered }
        try add("delivered_ce_segments_total", "Segments delivered with an ECN mark.") {
            $0.deliveredCE
        }
        try add("retransmission_timeouts_total", "Retransmission timeouts.") { $0.timeouts }
    }

    /// How many of the RTT samples are smoothed, on kernels that pass no measured ones.
    private mutating func addSampleSource() throws(MetricError) {
        try add("smoothed_rtt_samples_total", "RTT samples that are the smoothed value.") {
            $0.smoothedSamples
        }
    }

    private mutating func addTimes() throws(MetricError) {
        for (name, help, value) in [
            ("busy", "Time with data in flight or to send.", \AttachmentStatistics.busyTime),
            ("rwnd_limited", "Time held back by the peer's receive window.", \.rwndLimitedTime),
            ("sndbuf_limited", "Time held back by the send buffer.", \.sndbufLimitedTime),
        ] {
            var family = try MetricFamily(
                "tcptune_\(name)_seconds_total", .counter, help: help, unit: "seconds")
            for (labels, row) in rows {
                try family.add(labels, .real(Double(row.statistics[keyPath: value]) / 1_000_000))
            }
            families.append(family)
        }
    }

    private mutating func addHistograms() throws(MetricError) {
        try addHistogram(
            "rtt_seconds", "Round-trip times, a sample per connection and round trip.",
            unit: "seconds", scale: 1e-6,
            bounds: decades(-5..<1)
        ) { $0.rtt }
        try addHistogram(
            "congestion_window_segments", "Congestion windows, sampled with the round-trip time.",
            unit: "segments", scale: 1, bounds: (0...16).map { Double(1 << $0) }
        ) { $0.congestionWindow }
        try addHistogram(
            "delivery_rate_bytes_per_second", "Delivery rates, sampled with the round-trip time.",
            unit: nil, scale: 1, bounds: decades(3..<10)
        ) { $0.deliveryRate }
    }

    private mutating func addOptionsAndRules() throws(MetricError) {
        var failures = try MetricFamily(
            "tcptune_option_failures_total", .counter,
            help: "Options of the profile that the kernel refused to set.")
        var rules = try MetricFamily(
            "tcptune_rule_connections_total", .counter,
            help: "Connections by rule of the profile; rule 0: none matched.")
        for (labels, row) in rows {
            for failure in row.statistics.failures {
                try failures.add(
                    try labels.adding("option", failure.option), .integer(failure.count))
            }
            for (rule, count) in row.statistics.ruleConnections
                .prefix(row.attachment.controllers.count).enumerated()
            {
                try rules.add(try labels.adding("rule", String(rule)), .integer(count))
            }
        }
        families += [failures, rules]
    }

    private mutating func add(
        _ name: String, _ help: String, _ kind: MetricKind = .counter,
        _ value: (AttachmentStatistics) -> UInt64
    ) throws(MetricError) {
        var family = try MetricFamily("tcptune_\(name)", kind, help: help)
        for (labels, row) in rows { try family.add(labels, .integer(value(row.statistics))) }
        families.append(family)
    }

    /// - Parameter scale: from the histogram's unit to the metric's.
    private mutating func addHistogram(
        _ name: String, _ help: String, unit: String?, scale: Double, bounds: [Double],
        _ histogram: (AttachmentStatistics) -> Histogram
    ) throws(MetricError) {
        var family = try MetricFamily("tcptune_\(name)", .histogram, help: help, unit: unit)
        let buckets = try MetricBuckets(bounds, scale: scale)
        for (labels, row) in rows {
            try family.add(labels, .histogram(buckets.value(histogram(row.statistics))))
        }
        families.append(family)
    }

    /// 1, 2.5 and 5 of each power of ten; parsed, since multiplying would carry an error into the
    /// file.
    func decades(_ exponents: Range<Int>) -> [Double] {
        exponents.flatMap { exponent in
            ["1", "2.5", "5"].compactMap { Double("\($0)e\(exponent)") }
        }
    }
}
