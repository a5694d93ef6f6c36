import Glibc
import Host
import PlainText
import Telemetry

/// Events as lines: columns of fixed width, or JSON.
struct EventLines {
    private let format: OutputOptions.Format
    private var names: EventNames
    /// CLOCK_REALTIME less CLOCK_MONOTONIC, ns.
    private var offset: UInt64 = 0
    /// The second, since 1970, that `clock` is of.
    private var second: UInt64 = 0
    private var clock = ""

    init(_ format: OutputOptions.Format, _ names: EventNames) {
        self.format = format
        self.names = names
        setClock()
    }

    /// To be called now and then: the clock may be set.
    mutating func setClock() {
        offset = KernelClock.realtime() &- KernelClock.monotonic()
    }

    private static let columns: [(title: String, width: Int)] = [
        ("TIME", 15), ("EVENT", 17), ("LOCAL", 22), ("", 2), ("REMOTE", 22), ("PROFILE", 14),
    ]

    /// Empty for JSON.
    var header: String {
        format == .json ? "" : Self.row(Self.columns.map(\.title), "WHAT")
    }

    mutating func line(_ event: Event) -> String {
        names.learn(event)
        let time = time(event.time)
        if format == .json {
            var members = event.json(names)
            members["time"] = .string(time)
            return JSON.object(members).line + "\n"
        }
        let connection = event.connection
        return Self.row(
            [
                time, event.kind.rawValue, connection.localAddress.description,
                connection.isInbound ? "<-" : "->", connection.remoteAddress.description,
                event.attachment?.profile ?? Format.none,
            ], event.words(names))
    }

    /// Events that came too fast.
    mutating func lost(_ count: UInt64) -> String {
        let time = time(KernelClock.monotonic())
        if format == .json {
            let members: [String: JSON] = [
                "count": .unsigned(count), "event": .string("lost"), "time": .string(time),
            ]
            return JSON.object(members).line + "\n"
        }
        return Self.row(
            [time, "lost", "", "", "", ""],
            "\(count) events came faster than they were written")
    }

    private static func row(_ cells: [String], _ rest: String) -> String {
        var line = ""
        for (cell, column) in zip(cells, columns) {
            let cell = Printable.line(cell)
            line += cell
            line += String(repeating: " ", count: max(0, column.width - cell.utf8.count) + 1)
        }
        return line + Printable.line(rest) + "\n"
    }

    /// For people the local time of day; else UTC as in RFC 3339.
    private mutating func time(_ monotonic: UInt64) -> String {
        let now = monotonic &+ offset
        if now / 1_000_000_000 != second || clock.isEmpty {
            second = now / 1_000_000_000
            clock = clockText(of: second)
        }
        let digits = String(now % 1_000_000_000 / 1000)
        return clock + "." + String(repeating: "0", count: 6 - digits.count) + digits
            + (format == .json ? "Z" : "")
    }

    private func clockText(of second: UInt64) -> String {
        var seconds = time_t(second)
        var parts = tm()
        var text = [CChar](repeating: 0, count: 32)
        let length: Int
        if format == .json {
            gmtime_r(&seconds, &parts)
            length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
        } else {
            localtime_r(&seconds, &parts)
            length = strftime(&text, text.count, "%H:%M:%S", &parts)
        }
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
