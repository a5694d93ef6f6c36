import Metrics
import Telemetry
import Tuner

/// What is counted of tuned connections, as the text that Prometheus reads.
package struct Exporter {
    private let telemetry: Telemetry
    private let version: String

    /// - Parameter version: of tcptune.
    package init(_ tuner: Tuner, version: String) {
        telemetry = Telemetry(tuner)
        self.version = version
    }

    /// - Parameter others: families that are written along.
    package func text(
        of attachments: [Attachment], _ format: ExpositionFormat, with others: [MetricFamily] = []
    ) throws -> [UInt8] {
        let statistics = try telemetry.statistics(of: attachments)
        let peers = try telemetry.peers(of: attachments)
        let options = try telemetry.headerOptionSummaries(of: attachments)
        let rows = attachments.indices.map {
            MetricFamilies.Row(
                attachment: attachments[$0], statistics: statistics[$0], peers: peers[$0],
                options: options[$0])
        }
        let names = peers.allSatisfy(\.isEmpty) ? PeerNames() : PeerNames(attachments)
        return try format.render(
            MetricFamilies.families(rows, names, version: version) + others)
    }
}
