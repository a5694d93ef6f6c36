import ArgumentParser
import Exporter
import Host
import Telemetry
import Tuner

struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what was counted, side by side.",
        discussion: """
            RTT, cwnd and delivery rate are sampled once per round trip of each connection. Goodput \
            is payload acknowledged per second in which a connection had data to send; with --watch \
            it is per second on the clock.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .long, help: "Show again and again what was counted since the last time.")
    var watch = false

    @Option(name: .long, help: ArgumentHelp("Seconds between two tables.", valueName: "seconds"))
    var interval: Double = 1

    func validate() throws {
        guard interval >= 0.1, interval <= 86400 else {
            throw ValidationError("--interval is from 0.1 to 86400 seconds.")
        }
    }

    func run() throws {
        let tuner = try Tuner()
        let telemetry = Telemetry(tuner)
        var attachments = try target.attachments(tuner)
        var before = try telemetry.statistics(of: attachments)
        if !watch {
            try show(attachments, before, telemetry, seconds: nil)
            return
        }
        while true {
            Sleep.seconds(interval)
            let now = try telemetry.statistics(of: attachments)
            try show(
                attachments, zip(now, before).map { $0.since($1) }, telemetry, seconds: interval)
            let current = try target.attachments(tuner, announcing: false)
            before =
                current.map(\.cgroupID) == attachments.map(\.cgroupID)
                ? now : try telemetry.statistics(of: current)
            attachments = current
        }
    }

    private func show(
        _ attachments: [Attachment], _ statistics: [AttachmentStatistics], _ telemetry: Telemetry,
        seconds: Double?
    ) throws {
        // What peers said is of all the time, with --watch too.
        let peers = try telemetry.peers(of: attachments)
        let names = PeerNames(attachments)
        let columns = attachments.indices.map {
            StatisticsColumn(attachments[$0], statistics[$0], peers[$0], seconds)
        }
        output.print(json: .array(columns.map { $0.json(names) })) {
            columns.isEmpty
                ? "nothing is applied\n"
                : StatisticsColumn.table(columns)
                    + PeerRow.table(columns.flatMap(\.peerRows), names)
        }
    }
}
