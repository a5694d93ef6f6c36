import ArgumentParser
import Exporter
import Host
import PlainText
import Telemetry
import Tuner

struct Connections: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the open connections of cgroups with a profile.",
        discussion: """
            In all network namespaces at once, as `ss -ti` by workload. Connections that were open \
            before the profile was applied are there after `apply --existing`. Below each is what \
            the other end said last in header options.

            --cc-state shows what a BPF controller keeps of each connection; `tcptune cc show NAME` \
            says what its fields mean.
            """)

    @Flag(help: "Show the congestion controllers' own state too.")
    var ccState = false

    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    /// Bytes that are written at once: the list isn't held in memory.
    private static let chunk = 1 << 16

    func run() throws {
        let tuner = try Tuner()
        let attachments = try target.attachments(tuner)
        let now = KernelClock.monotonic()
        let names = PeerNames(attachments)
        let options = Dictionary(
            attachments.map { ($0.cgroupID, HeaderOptionNames($0)) },
            uniquingKeysWith: { first, _ in first })
        var text = ""
        var count = 0
        func emit(_ line: String) {
            text += line
            if text.utf8.count >= Self.chunk {
                Console.write(text)
                text.removeAll(keepingCapacity: true)
            }
        }
        switch output.output {
        case .table: emit(ConnectionRow.header)
        case .json: emit("[")
        }
        func show(_ detail: ConnectionDetail) {
            let connection = detail.connection
            let attachment = detail.attachment
            let row = ConnectionRow(connection: connection, attachment: attachment, now: now)
            switch output.output {
            case .table:
                var line = row.line
                if let peer = connection.peer {
                    line += PeerLine(peer, names, now: now).text
                }
                for value in detail.optionValues {
                    line += "    peer \(value.option): \(value.words), \(value.age(now)) ms ago\n"
                }
                if ccState, let state = detail.controllerState {
                    line += "    "
                    state.append(to: &line)
                    line += "\n"
                }
                emit(line)
            case .json:
                var members = row.json
                members["peer"] = connection.peer.map { PeerLine($0, names, now: now).json }
                members["headerOptions"] = options[attachment.cgroupID].flatMap {
                    connection.headerOptionsJSON($0)
                }
                if !attachment.optionPlugins.isEmpty {
                    members["peerOptions"] = HeaderOptionValue.json(detail.optionValues, now: now)
                }
                if ccState {
                    members["controllerState"] = detail.controllerState?.json ?? .null
                }
                emit((count == 0 ? "\n  " : ",\n  ") + JSON.object(members).text(indent: 2))
            }
            count += 1
        }
        if ccState || attachments.contains(where: { !$0.optionPlugins.isEmpty }) {
            try Telemetry(tuner).forEachConnectionInDetail(of: attachments, show)
        } else {
            try Telemetry(tuner).forEachConnection(of: attachments) {
                show(ConnectionDetail(connection: $0, attachment: $1))
            }
        }
        if output.output == .json { emit(count == 0 ? "]\n" : "\n]\n") }
        Console.write(text)
    }
}

/// A connection as `connections` shows it; columns of fixed width, since rows go out as they come.
struct ConnectionRow {
    let connection: Connection
    let attachment: Attachment
    /// CLOCK_MONOTONIC, nanoseconds.
    let now: UInt64

    private static let columns: [(title: String, width: Int)] = [
        ("STATE", 10), ("LOCAL", 24), ("REMOTE", 24), ("PROFILE", 16), ("CONTROLLER", 15),
        ("CWND", 6), ("SRTT", 8), ("MINRTT", 8), ("RATE", 13), ("RETRANS", 7), ("AGE", 0),
    ]

    private static let widths = columns.map(\.width)
    /// By length.
    private static let padding = (0...32).map { String(repeating: " ", count: $0) }

    static var header: String {
        var line = ""
        for (index, column) in columns.enumerated() { append(column.title, index, to: &line) }
        return line + "\n"
    }

    var line: String {
        var line = ""
        line.reserveCapacity(160)
        let rate = connection.deliveryRate
        Self.append(connection.state, 0, to: &line)
        Self.append(connection.localAddress.description, 1, to: &line)
        Self.append(connection.remoteAddress.description, 2, to: &line)
        Self.append(attachment.profile, 3, to: &line)
        Self.append(connection.congestionControl, 4, to: &line)
        Self.append(String(connection.congestionWindow), 5, to: &line)
        Self.append(Format.microseconds(Double(connection.smoothedRTT)), 6, to: &line)
        Self.append(Format.microseconds(Double(connection.minimumRTT)), 7, to: &line)
        Self.append(Format.rate(rate > 0 ? Double(rate) : nil), 8, to: &line)
        Self.append(String(connection.retransmits), 9, to: &line)
        line += Format.age(seconds: (now - min(now, connection.openedAt)) / 1_000_000_000)
        return line + "\n"
    }

    private static func append(_ cell: String, _ column: Int, to line: inout String) {
        let cell = Printable.line(cell)
        line += cell
        let width = widths[column]
        if width > 0 { line += padding[max(0, width - cell.utf8.count) + 1] }
    }

    var json: [String: JSON] {
        [
            "ageSeconds": .number(Double(now - min(now, connection.openedAt)) / 1_000_000_000),
            "adopted": .bool(connection.isAdopted),
            "bytesAcked": .unsigned(connection.bytesAcked),
            "bytesReceived": .unsigned(connection.bytesReceived),
            "bytesSent": .unsigned(connection.bytesSent),
            "cgroup": .string("/" + attachment.cgroup),
            "congestionControl": .string(connection.congestionControl),
            "congestionWindow": .integer(Int(connection.congestionWindow)),
            "congestionWindowClamp": .integer(Int(connection.congestionWindowClamp)),
            "cookie": .unsigned(connection.cookie),
            "counted": .bool(connection.hasCallbacks),
            "deliveryRateBytesPerSecond": .unsigned(connection.deliveryRate),
            "direction": .string(connection.isInbound ? "inbound" : "outbound"),
            "inFlight": .integer(Int(connection.inFlight)),
            "local": .string(connection.localAddress.description),
            "lost": .integer(Int(connection.lost)),
            "maximumDelayedACKMicroseconds": .integer(Int(connection.maximumDelayedACK)),
            "maximumPacingRateBytesPerSecond": JSON(connection.maximumPacingRate),
            "maximumSegmentSize": .integer(Int(connection.maximumSegmentSize)),
            "minimumRTOMicroseconds": .integer(Int(connection.minimumRTO)),
            "minimumRTTMicroseconds": .integer(Int(connection.minimumRTT)),
            "networkNamespace": .integer(Int(connection.networkNamespace)),
            "pacingRateBytesPerSecond": JSON(connection.pacingRate),
            "profile": .string(attachment.profile),
            "remote": .string(connection.remoteAddress.description),
            "retransmissionTimeoutMicroseconds": .integer(Int(connection.retransmissionTimeout)),
            "retransmits": .integer(Int(connection.retransmits)),
            "rttVariationMicroseconds": .integer(Int(connection.rttVariation)),
            "rule": .integer(connection.rule),
            "slowStartThreshold": .integer(Int(connection.slowStartThreshold)),
            "smoothedRTTMicroseconds": .integer(Int(connection.smoothedRTT)),
            "state": .string(connection.state),
        ]
    }
}
