import CTcptuneABI
import FoundationEssentials
import Metrics

@testable import Commands
@testable import Emulator
@testable import Exporter
@testable import Lab
@testable import Profiles
@testable import Telemetry
@testable import Tuner
@testable import Workloads

extension Parser {
    /// What programs leave for programs: in the kernel, on the wire, in files.
    static let records = [
        Parser("pins", 16384) { bytes in
            let data = Data(bytes.prefix { $0 != 0 })
            _ = try? JSONDecoder().decode(AttachmentRecord.self, from: data)
            guard let policy = try? JSONDecoder().decode(PolicyRecord.self, from: data) else {
                return
            }
            let attachment = Attachment(policy)
            _ = (attachment.controllerLabels, EventOwner(attachment).source(rule: 3))
            let row = MetricFamilies.Row(
                attachment: attachment, statistics: AttachmentStatistics(), peers: [], options: [])
            for form in [ExpositionFormat.prometheus, .openMetrics] { render([row], form) }
            var record = tt_connection_state_record()
            record.connection.header_offered = 0xff
            withUnsafeMutableBytes(of: &record.options) {
                $0.copyBytes(from: bytes.prefix($0.count))
            }
            for value in HeaderOptionValue.all(record, of: attachment.optionPlugins) {
                _ = value.words
            }
            _ = HeaderOptionNames(attachment)
        },
        Parser("events", 512) { bytes in
            guard let event = Event(value(of: bytes), owner) else { return }
            _ = (event.headerOptions, event.ending, event.error, event.optionFailures)
            guard var lines = Self.lines.table, var json = Self.lines.json else { return }
            let (line, object) = (lines.line(event), json.line(event))
            expect(isShown(line) && line.utf8.count { $0 == 10 } == 1, line)
            expect(isJSON(object), object)
        },
        Parser("connections", 1024) { bytes in
            let record: tt_connection_state_record = value(of: bytes)
            let connection = Connection(record.connection)
            let row = ConnectionRow(
                connection: connection, attachment: owner.attachment,
                now: record.connection.opened_ns)
            expect(isShown(row.line) && row.line.utf8.count { $0 == 10 } == 1, row.line)
            expect(isJSON(JSON.object(row.json).line), "no JSON")
            if let peer = connection.peer {
                let line = PeerLine(peer, PeerNames([]), now: 0)
                expect(isShown(line.text) && isJSON(line.json.line), line.text)
            }
        },
        Parser("statistics", 8192) { bytes in
            var statistics = AttachmentStatistics()
            let size = Int(TT_STATISTICS_SIZE)
            let whole =
                bytes + [UInt8](repeating: bytes.last ?? 0, count: max(0, size - bytes.count))
            whole.withUnsafeBytes {
                for _ in 0..<2 { statistics.add(cpu: $0) }
            }
            let peerSize = Int(TT_PEER_STATISTICS_SIZE)
            let peers = whole + [UInt8](repeating: 1, count: max(0, peerSize - whole.count))
            let peer = peers.withUnsafeBytes {
                PeerStatistics(PeerIdentity(workload: 1, profile: 2), $0)
            }
            _ = statistics.since(statistics)
            guard isRendered(bytes) else { return }
            let row = MetricFamilies.Row(
                attachment: owner.attachment, statistics: statistics, peers: [peer], options: [])
            render([row], bytes.count % 2 == 0 ? .prometheus : .openMetrics)
        },
        Parser("results", 8192) { bytes in
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            guard let first = lines.first,
                let manifest = try? ResultDirectory.decode(first) as Manifest
            else { return }
            var runs: [RunRecord] = []
            var series: [RunSeries] = []
            for line in lines.dropFirst().prefix(24) {
                if let run = try? ResultDirectory.decode(line) as RunRecord {
                    runs.append(run)
                } else if let kept = try? ResultDirectory.decode(line) as RunSeries {
                    series.append(kept)
                }
            }
            if isRendered(bytes) { report(manifest, runs, series) }
        },
        Parser("load-report", 16384) { bytes in
            if let report = try? LoadReport(json: bytes) {
                expect((try? LoadReport(json: report.json())) == report, "not the same again")
            }
        },
        Parser("transfer-header", 64) { bytes in
            if let header = TransferHeader(bytes) { expect(header.bytes == bytes, "\(header)") }
        },
        Parser("header-options", 64) { bytes in _ = HeaderOptionWire.parse(bytes) },
        Parser("packet", 2048) { bytes in
            bytes.withUnsafeBytes {
                let headers = PacketHeaders.parse($0)
                expect(headers.tcpDataOffset <= bytes.count, "\(headers)")
            }
        },
    ]

    /// An eighth of the inputs, by their length: to render what was read takes ten times as long as to
    /// read it.
    private static func isRendered(_ bytes: [UInt8]) -> Bool { bytes.count % 16 < 2 }

    private static func report(_ manifest: Manifest, _ runs: [RunRecord], _ series: [RunSeries]) {
        var analyzer = Analyzer(manifest)
        // Each does the same with other numbers.
        analyzer.bootstrap.resamples = 19
        let data = ReportData(
            manifest: manifest, records: runs, analysis: analyzer.analyse(runs),
            mix: analyzer.mix(runs))
        _ = TextReport.render(data)
        let kept = Dictionary(
            zip(runs.map(\.index), series), uniquingKeysWith: { first, _ in first })
        let example = ExampleBlock.find(data) { _ in kept }
        let html = HTMLReport.render(data, example)
        expect(isShown(html, allowsTab: true), "a control character in the report")
    }

    /// Bytes as the kernel has them; those that aren't there are 0.
    private static func value<Record: BitwiseCopyable>(of bytes: [UInt8]) -> Record {
        let size = MemoryLayout<Record>.size
        let whole = bytes.prefix(size) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
        return Array(whole).withUnsafeBytes { $0.loadUnaligned(as: Record.self) }
    }

    private static func render(_ rows: [MetricFamilies.Row], _ form: ExpositionFormat) {
        guard let families = try? MetricFamilies.families(rows, PeerNames([]), version: "1"),
            let text = try? form.render(families)
        else { return }
        expect(
            isShown(String(decoding: text, as: UTF8.self), allowsTab: true), "a control character")
    }

    private static let owner = EventOwner(
        Attachment(
            PolicyRecord(
                profile: "p", hash: "", text: "", controllers: [nil, nil], passedOver: [],
                collect: 1,
                headers: 1, optionPlugins: [], loadedAt: 0)))

    /// Nil without root and a BPF file system.
    private static let lines: (table: EventLines?, json: EventLines?) = {
        guard let tuner = try? Tuner() else { return (nil, nil) }
        return (EventLines(.table, EventNames(tuner)), EventLines(.json, EventNames(tuner)))
    }()
}

private func isJSON(_ text: String) -> Bool {
    isShown(text) && (try? JSONDecoder().decode(AnyJSON.self, from: Data(text.utf8))) != nil
}

private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: Key.self)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension Attachment {
    fileprivate init(_ policy: PolicyRecord) {
        self.init(
            state: .active, cgroup: "a", cgroupID: 1, pod: nil, id: 1, profile: policy.profile,
            profileHash: policy.hash, profileText: policy.text, controllers: policy.controllers,
            passedOver: policy.passedOver, collectsStatistics: policy.collect != 0,
            hasHeaderOptions: policy.headers != 0, optionPlugins: policy.optionPlugins,
            programID: 1,
            attachedAt: 1, appliedAt: policy.loadedAt)
    }
}
