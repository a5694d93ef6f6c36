import Exporter
import Telemetry

/// What peers said of themselves, as `stats` shows it.
struct PeerRow {
    let cgroup: String
    let peer: PeerStatistics

    /// Empty: nobody said anything.
    static func table(_ rows: [PeerRow], _ names: PeerNames) -> String {
        guard !rows.isEmpty else { return "" }
        var table = Table(
            [
                "CGROUP", "PEER", "ITS PROFILE", "CONNECTIONS", "REPORTS", "ITS RTT p50", "p95",
                "ITS CWND p50", "DELAY FROM IT p95", "TO IT p95",
            ], [.left, .left, .left] + Array(repeating: .right, count: 7))
        for row in rows {
            let peer = row.peer
            table.add([
                "/" + row.cgroup, names.workload(peer.identity) ?? Format.none,
                names.profile(peer.identity) ?? Format.none,
                String(peer.connections), String(peer.reports),
                Format.microseconds(peer.rtt.quantile(0.5)),
                Format.microseconds(peer.rtt.quantile(0.95)),
                Format.number(peer.congestionWindow.quantile(0.5)),
                Format.microseconds(peer.delayIn.quantile(0.95)),
                Format.microseconds(peer.delayOut.quantile(0.95)),
            ])
        }
        return "\n" + table.text
    }

    func json(_ names: PeerNames) -> JSON {
        .object([
            "workload": names.workload(peer.identity).map { .string($0) } ?? .null,
            "profile": names.profile(peer.identity).map { .string($0) } ?? .null,
            "connections": .unsigned(peer.connections),
            "reports": .unsigned(peer.reports),
            "rttMicroseconds": StatisticsColumn.json(peer.rtt),
            "congestionWindowSegments": StatisticsColumn.json(peer.congestionWindow),
            "delayFromPeerMicroseconds": StatisticsColumn.json(peer.delayIn),
            "delayToPeerMicroseconds": StatisticsColumn.json(peer.delayOut),
        ])
    }
}
