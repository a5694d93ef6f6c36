import Metrics
import Telemetry

/// Header options as metric families; only of profiles that have some.
extension MetricFamilies {
    mutating func addHeaderOptions() throws(MetricError) {
        var sent = try MetricFamily(
            "tcptune_header_options_sent_total", .counter, help: "Header options sent.")
        var received = try MetricFamily(
            "tcptune_header_options_received_total", .counter, help: "Header options received.")
        var skipped = try MetricFamily(
            "tcptune_header_options_skipped_total", .counter,
            help: "Header options not sent because the header had no room left.")
        var events = try MetricFamily(
            "tcptune_header_option_events_total", .counter,
            help: "What has become of the connections' header options, by event.")
        for (labels, row) in rows where row.attachment.hasHeaderOptions {
            let counts = row.statistics.headerOptions
            for (index, name) in HeaderOptionNames(row.attachment).all {
                let labels = try labels.adding("option", name)
                try sent.add(labels, .integer(counts.sent(index)))
                try received.add(labels, .integer(counts.received(index)))
                try skipped.add(labels, .integer(counts.skipped(index)))
            }
            for (event, count) in [
                ("offered", counts.offered), ("negotiated", counts.negotiated),
                ("unanswered", counts.unanswered), ("fallback", counts.fallbacks),
                ("withheld", counts.withheld), ("abandoned", counts.abandoned),
                ("resent", counts.resent), ("unknown_version", counts.unknownVersion),
                ("malformed", counts.malformed),
            ] { try events.add(try labels.adding("event", event), .integer(count)) }
        }
        families += [sent, received, skipped, events]
    }

    /// What plug-ins' options said; a series per field that one declares.
    mutating func addOptionValues() throws(MetricError) {
        var connections = try MetricFamily(
            "tcptune_option_value_connections", .gauge,
            help: "Open connections whose other end has said this in a plug-in's header option.")
        var mean = try MetricFamily(
            "tcptune_option_value_mean", .gauge,
            help: "What these said last, in the field's own unit: the mean.")
        var maximum = try MetricFamily(
            "tcptune_option_value_max", .gauge,
            help: "What these said last, in the field's own unit: the largest.")
        for (labels, row) in rows {
            for option in row.options {
                let labels = try labels.adding("option", option.option)
                    .adding("field", option.field)
                try connections.add(labels, .integer(UInt64(option.connections)))
                guard option.connections > 0 else { continue }
                try mean.add(labels, .real(option.mean))
                try maximum.add(labels, .integer(option.maximum))
            }
        }
        families += [connections, mean, maximum]
    }

    mutating func addPeers(_ names: PeerNames) throws(MetricError) {
        var connections = try MetricFamily(
            "tcptune_peer_connections_total", .counter,
            help: "Connections by who the peer said it is.")
        var rtt = try MetricFamily(
            "tcptune_peer_rtt_seconds", .histogram,
            help: "The peers' smoothed round-trip times, as they reported them.",
            unit: "seconds")
        var cwnd = try MetricFamily(
            "tcptune_peer_congestion_window_segments", .histogram,
            help: "The peers' congestion windows, as they reported them.", unit: "segments")
        var from = try MetricFamily(
            "tcptune_peer_delay_from_seconds", .histogram,
            help: "Queueing delay from the peers to here.", unit: "seconds")
        var to = try MetricFamily(
            "tcptune_peer_delay_to_seconds", .histogram,
            help: "Queueing delay from here to the peers, as they reported it.",
            unit: "seconds")
        let times = try MetricBuckets(decades(-5..<2), scale: 1e-6)
        let windows = try MetricBuckets(decades(0..<6), scale: 1)
        for (labels, row) in rows {
            for peer in row.peers {
                let labels =
                    try labels
                    .adding("peer", names.workload(peer.identity) ?? "")
                    .adding("peer_profile", names.profile(peer.identity) ?? "")
                try connections.add(labels, .integer(peer.connections))
                try rtt.add(labels, .histogram(times.value(peer.rtt)))
                try cwnd.add(labels, .histogram(windows.value(peer.congestionWindow)))
                try from.add(labels, .histogram(times.value(peer.delayIn)))
                try to.add(labels, .histogram(times.value(peer.delayOut)))
            }
        }
        families += [connections, rtt, cwnd, from, to]
    }
}
