/// One key of `socket:`: the table the parser, the schema, the canonical form, merging and
/// differences are all driven by.
package struct SocketOption: Sendable {
    /// How a key's value is written, checked and stored.
    package enum Value: Sendable {
        case number(NumberFormat, WritableKeyPath<SocketSettings, UInt32?> & Sendable)
        case flag(WritableKeyPath<SocketSettings, Bool?> & Sendable)
    }

    /// Keys from `socket:` down; two for what is inside `keepalive:`.
    package let path: [String]
    package let value: Value
    /// One sentence for the schema.
    package let summary: String

    private init(_ path: String..., value: Value, _ summary: String) {
        self.path = path
        self.value = value
        self.summary = summary
    }

    /// `int` is what most of the kernel's options are.
    private static let int: ClosedRange<UInt32> = 1...UInt32(Int32.max)
    private static let timer: ClosedRange<UInt32> = 1000...200_000

    /// Every option, in the order of the canonical form.
    package static let all: [SocketOption] = [
        SocketOption(
            "initialCongestionWindow", value: .number(.count(int), \.initialCongestionWindow),
            "Congestion window a connection starts with, in segments."),
        SocketOption(
            "congestionWindowClamp", value: .number(.count(int), \.congestionWindowClamp),
            "Upper limit of the congestion window, in segments."),
        // The kernel multiplies it by the MSS (at most 65,495 bytes) in a signed int.
        SocketOption(
            "initialReceiveWindow", value: .number(.count(1...32767), \.initialReceiveWindow),
            "Receive window offered first, in segments."),
        SocketOption(
            "minimumRTO", value: .number(.quantity(.microseconds, timer), \.minimumRTO),
            "Shortest retransmission timeout."),
        SocketOption(
            "maximumDelayedACK",
            value: .number(.quantity(.microseconds, timer), \.maximumDelayedACK),
            "Longest delay of an acknowledgement."),
        // All ones mean "unlimited" to the kernel.
        SocketOption(
            "maximumPacingRate",
            value: .number(.quantity(.rate, 1...(UInt32.max - 1)), \.maximumPacingRate),
            "Upper limit of the pacing rate."),
        // The kernel doubles it in a signed int.
        SocketOption(
            "sendBuffer",
            value: .number(.quantity(.bytes, 1...UInt32(Int32.max / 2)), \.sendBuffer),
            "Send buffer; switches its automatic growth off."),
        SocketOption(
            "receiveBuffer",
            value: .number(.quantity(.bytes, 1...UInt32(Int32.max / 2)), \.receiveBuffer),
            "Receive buffer; switches its automatic growth off."),
        SocketOption(
            "notSentLowWatermark", value: .number(.quantity(.bytes, int), \.notSentLowWatermark),
            "Unsent bytes above which a socket is not writable."),
        SocketOption(
            "userTimeout", value: .number(.quantity(.milliseconds, int), \.userTimeout),
            "How long data may stay unacknowledged before the connection is dropped."),
        SocketOption(
            "keepalive", "idle", value: .number(.quantity(.seconds, 1...32767), \.keepalive.idle),
            "Idle time before the first probe, in whole seconds."),
        SocketOption(
            "keepalive", "interval",
            value: .number(.quantity(.seconds, 1...32767), \.keepalive.interval),
            "Time between probes, in whole seconds."),
        SocketOption(
            "keepalive", "count", value: .number(.count(1...127), \.keepalive.count),
            "Unanswered probes after which the connection is dropped."),
        SocketOption(
            "windowClamp", value: .number(.quantity(.bytes, int), \.windowClamp),
            "Upper limit of the receive window."),
        SocketOption(
            "noDelay", value: .flag(\.noDelay),
            "Whether small segments are sent at once, without Nagle's algorithm."),
        SocketOption(
            "dscp", value: .number(.count(0...63), \.dscp),
            "Differentiated services code point."),
        SocketOption(
            "ecn", value: .flag(\.ecn),
            "Whether to ask for ECN, on top of what the host asks."),
        SocketOption(
            "synRetries", value: .number(.count(1...127), \.synRetries),
            "How often a SYN is retransmitted before the connection fails."),
    ]
}

/// How a number is written: bare, or with a unit.
package enum NumberFormat: Sendable, Equatable {
    case count(ClosedRange<UInt32>)
    case quantity(Quantity, ClosedRange<UInt32>)

    /// The stored value as a profile writes it, in the largest unit that keeps it whole.
    package func format(_ stored: UInt32) -> String {
        switch self {
        case .count: String(stored)
        case .quantity(let quantity, _): quantity.format(stored)
        }
    }
}
