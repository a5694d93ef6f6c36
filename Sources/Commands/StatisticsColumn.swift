import Exporter
import Telemetry
import Tuner

/// One attachment's statistics as `stats` shows them.
struct StatisticsColumn {
    private let attachment: Attachment
    private let statistics: AttachmentStatistics
    /// That it was counted in; nil: since the beginning.
    private let seconds: Double?
    private let peers: [PeerStatistics]
    private let names: HeaderOptionNames

    init(
        _ attachment: Attachment, _ statistics: AttachmentStatistics, _ peers: [PeerStatistics],
        _ seconds: Double?
    ) {
        self.attachment = attachment
        self.statistics = statistics
        self.peers = peers
        self.seconds = seconds
        names = HeaderOptionNames(attachment)
    }

    /// What its connections' peers said.
    var peerRows: [PeerRow] { peers.map { PeerRow(cgroup: attachment.cgroup, peer: $0) } }

    /// Bytes/s; nil when nothing was sent.
    private var goodput: Double? {
        if let seconds { return Double(statistics.bytesAcked) / seconds }
        guard statistics.busyTime > 0, statistics.bytesAcked > 0 else { return nil }
        return Double(statistics.bytesAcked) * 1_000_000 / Double(statistics.busyTime)
    }

    private var smoothedOnly: Bool { statistics.smoothedSamples > 0 }

    private var rows: [(String, String)] {
        let rtt = statistics.rtt
        let cwnd = statistics.congestionWindow
        return [
            ("profile", attachment.profile),
            ("controller", attachment.controllerLabels.joined(separator: ", ")),
            (
                smoothedOnly ? "RTT p50 (smoothed)" : "RTT p50",
                Format.microseconds(rtt.quantile(0.5))
            ),
            ("    p95", Format.microseconds(rtt.quantile(0.95))),
            ("    p99", Format.microseconds(rtt.quantile(0.99))),
            ("cwnd p50 (segments)", Format.number(cwnd.quantile(0.5))),
            ("     p95", Format.number(cwnd.quantile(0.95))),
            ("delivery rate p50", Format.rate(statistics.deliveryRate.quantile(0.5))),
            (seconds == nil ? "goodput while busy" : "goodput", Format.rate(goodput)),
            ("sent and acknowledged", Format.bytes(statistics.bytesAcked)),
            ("received", Format.bytes(statistics.bytesReceived)),
            ("retransmitted", Format.percent(statistics.retransmitRate)),
            ("timeouts", String(statistics.timeouts)),
            ("ECN-marked", share(statistics.deliveredCE, statistics.delivered)),
            ("rwnd-limited", share(statistics.rwndLimitedTime, statistics.busyTime)),
            ("sndbuf-limited", share(statistics.sndbufLimitedTime, statistics.busyTime)),
            ("connections open", String(statistics.open)),
            ("  opened", "\(statistics.activeOpened) out, \(statistics.passiveOpened) in"),
            ("  taken over", String(statistics.adopted)),
            ("  closed", String(statistics.closed)),
            ("  failed", String(statistics.failed)),
        ]
    }

    private var headerRows: [(String, String)] {
        let counts = statistics.headerOptions
        func sum(_ count: (Int) -> UInt64) -> String {
            attachment.hasHeaderOptions
                ? String(names.all.reduce(0) { $0 &+ count($1.index) }) : Format.none
        }
        func show(_ value: UInt64) -> String {
            attachment.hasHeaderOptions ? String(value) : Format.none
        }
        return [
            ("header options sent", sum(counts.sent)),
            ("  received", sum(counts.received)),
            ("  skipped for want of room", sum(counts.skipped)),
            ("peers that answered", show(counts.negotiated)),
            ("  that didn't", show(counts.unanswered)),
            ("SYNs sent again without", show(counts.fallbacks)),
            ("  offers withheld since", show(counts.withheld)),
            ("malformed or unknown", show(counts.malformed &+ counts.unknownVersion)),
        ]
    }

    private func share(_ part: UInt64, _ whole: UInt64) -> String {
        Format.percent(whole > 0 ? Double(part) / Double(whole) : nil)
    }

    /// A column an attachment, or with many of them a row.
    static func table(_ columns: [StatisticsColumn]) -> String {
        columns.count <= 4 ? sideBySide(columns) : list(columns)
    }

    private static func sideBySide(_ columns: [StatisticsColumn]) -> String {
        var table = Table(
            [""] + columns.map { "/" + $0.attachment.cgroup },
            [.left] + columns.map { _ in .right })
        let hasHeaders = columns.contains { $0.attachment.hasHeaderOptions }
        let rows = columns.map { $0.rows + (hasHeaders ? $0.headerRows : []) }
        for index in rows[0].indices {
            table.add([rows[0][index].0] + rows.map { $0[index].1 })
        }
        return table.text
    }

    private static func list(_ columns: [StatisticsColumn]) -> String {
        var table = Table(
            [
                "CGROUP", "PROFILE", "OPEN", "RTT p50", "p95", "p99", "CWND p50", "p95", "GOODPUT",
                "RETRANS",
            ],
            [.left, .left] + Array(repeating: .right, count: 8))
        for column in columns {
            let statistics = column.statistics
            table.add([
                "/" + column.attachment.cgroup, column.attachment.profile,
                String(statistics.open),
                Format.microseconds(statistics.rtt.quantile(0.5)),
                Format.microseconds(statistics.rtt.quantile(0.95)),
                Format.microseconds(statistics.rtt.quantile(0.99)),
                Format.number(statistics.congestionWindow.quantile(0.5)),
                Format.number(statistics.congestionWindow.quantile(0.95)),
                Format.rate(column.goodput),
                Format.percent(statistics.retransmitRate),
            ])
        }
        return table.text
    }

    func json(_ peerNames: PeerNames) -> JSON {
        .object([
            "cgroup": .string("/" + attachment.cgroup),
            "profile": .string(attachment.profile),
            "headerOptions": attachment.hasHeaderOptions
                ? statistics.headerOptions.json(names) : .null,
            "peers": .array(peerRows.map { $0.json(peerNames) }),
            "controllers": .array(attachment.controllerLabels.map { .string($0) }),
            "seconds": JSON(seconds),
            "rttSource": .string(smoothedOnly ? "smoothed" : "measured"),
            "rttMicroseconds": Self.json(statistics.rtt),
            "congestionWindowSegments": Self.json(statistics.congestionWindow),
            "deliveryRateBytesPerSecond": Self.json(statistics.deliveryRate),
            "goodputBytesPerSecond": JSON(goodput),
            "retransmitRate": JSON(statistics.retransmitRate),
            "connections": .object([
                "active": .unsigned(statistics.activeOpened),
                "passive": .unsigned(statistics.passiveOpened),
                "adopted": .unsigned(statistics.adopted),
                "closed": .unsigned(statistics.closed),
                "failed": .unsigned(statistics.failed),
                "open": .unsigned(statistics.open),
                "untracked": .unsigned(statistics.untracked),
            ]),
            "bytes": .object([
                "sent": .unsigned(statistics.bytesSent),
                "acked": .unsigned(statistics.bytesAcked),
                "received": .unsigned(statistics.bytesReceived),
                "retransmitted": .unsigned(statistics.bytesRetransmitted),
            ]),
            "segments": .object([
                "sent": .unsigned(statistics.segmentsSent),
                "received": .unsigned(statistics.segmentsReceived),
                "dataSent": .unsigned(statistics.dataSegmentsSent),
                "retransmitted": .unsigned(statistics.retransmits),
                "lost": .unsigned(statistics.lost),
                "delivered": .unsigned(statistics.delivered),
                "deliveredCE": .unsigned(statistics.deliveredCE),
            ]),
            "timeouts": .unsigned(statistics.timeouts),
            "busyMicroseconds": .unsigned(statistics.busyTime),
            "rwndLimitedMicroseconds": .unsigned(statistics.rwndLimitedTime),
            "sndbufLimitedMicroseconds": .unsigned(statistics.sndbufLimitedTime),
            "ruleConnections": .array(
                statistics.ruleConnections.prefix(attachment.controllers.count).map {
                    .unsigned($0)
                }),
        ])
    }

    static func json(_ histogram: Histogram) -> JSON {
        .object([
            "samples": .unsigned(histogram.count),
            "mean": JSON(histogram.mean),
            "p50": JSON(histogram.quantile(0.5)),
            "p95": JSON(histogram.quantile(0.95)),
            "p99": JSON(histogram.quantile(0.99)),
        ])
    }
}
