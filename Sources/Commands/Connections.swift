import ArgumentParser
import Host
import Telemetry
import Tuner

struct Connections: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the open connections of cgroups with a profile.",
        discussion: """
            In all network namespaces at once, as `ss -ti` by workload. Connections that were open \
            before the profile was applied are there after `apply --existing`.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    /// Bytes that are written at once: the list isn't held in memory.
    private static let chunk = 1 << 16

    func run() throws {
        let tuner = try Tuner()
        let attachments = try target.attachments(tuner)
        let now = KernelClock.monotonic()
        var text = ""
        var count = 0
        func emit(_ line: String) {
            text += line
            if text.utf8.count >= Self.chunk {
                Console.write(text)
                text = ""
            }
        }
        switch output.output {
        case .table: emit(ConnectionRow.header)
        case .json: emit("[")
        }
        try Telemetry(tuner).forEachConnection(of: attachments) { connection, attachment in
            let row = ConnectionRow(connection: connection, attachment: attachment, now: now)
            switch output.output {
            case .table: emit(row.line)
            case .json: emit((count == 0 ? "\n  " : ",\n  ") + row.json.text(indent: 2))
            }
            count += 1
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

    static var header: String {
        line(columns.map(\.title))
    }

    var line: String {
        let rate = connection.deliveryRate
        return Self.line([
            connection.state, connection.localAddress.description,
            connection.remoteAddress.description, attachment.profile, connection.congestionControl,
            String(connection.congestionWindow),
            Format.microseconds(Double(connection.smoothedRTT)),
            Format.microseconds(Double(connection.minimumRTT)),
            Format.rate(rate > 0 ? Double(rate) : nil), String(connection.retransmits),
            Format.age(seconds: (now - min(now, connection.openedAt)) / 1_000_000_000),
        ])
    }

    private static func line(_ cells: [String]) -> String {
        var line = ""
        for (cell, column) in zip(cells, columns) {
            line += cell
            guard column.width > 0 else { break }
            let padding = max(0, column.width - cell.utf8.count) + 1
            for _ in 0..<padding { line += " " }
        }
        return line + "\n"
    }

    var json: JSON {
        .object([
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
        ])
    }
}
