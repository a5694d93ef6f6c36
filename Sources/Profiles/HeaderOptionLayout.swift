/// An option's bytes, as docs/header-options.md has them in a table.
package struct HeaderOptionLayout: Sendable {
    /// One row.
    package struct Field: Sendable {
        /// Which bytes, counted from the option's first.
        package let bytes: String
        package let meaning: String

        fileprivate init(_ bytes: String, _ meaning: String) {
            self.bytes = bytes
            self.meaning = meaning
        }
    }

    package let title: String
    package let fields: [Field]

    private static let head = [
        Field("0", "kind, 254"), Field("1", "length of the whole option"),
        Field("2, 3", "ExID, 0x74 0x74"),
        Field(
            "4",
            "version in the upper four bits, 1; type in the lower four: 1 hello, 2 telemetry"),
    ]

    static let hello = HeaderOptionLayout(
        title: "hello, on SYN and SYN-ACK",
        fields: head + [
            Field(
                "5",
                "flags: 0x01 telemetry; 0x02 the maximum ACK delay follows; 0x04 the identity "
                    + "follows; 0x08 this SYN-ACK was made by a SYN cookie, send the hello again; "
                    + "the others are 0, and ignored"),
            Field("2 bytes, with 0x02", "the longest this end delays an ACK, in 0.1 ms"),
            Field("8 bytes, with 0x04", "workload, 4 bytes; profile, 4 bytes; 0: not told"),
        ])

    static let telemetry = HeaderOptionLayout(
        title: "telemetry, on data or ACKs",
        fields: head + [
            Field("5, 6", "congestion window, segments; 65535: that or more"),
            Field("7, 8", "smoothed RTT, us, as a float16"),
            Field("9, 10", "least RTT, us, as a float16; 0xffff: not known yet"),
            Field("11, 12", "delivery rate, bytes/s, as a float16; 0: not known yet"),
            Field("13, 14", "segments sent again since the connection began, the lowest 16 bits"),
            Field(
                "15, 16, 17", "the sender's clock, us, the lowest 24 bits; it starts anywhere"),
            Field(
                "18, 19",
                "queueing delay from the receiver of this option to its sender, us, as a float16; "
                    + "0xffff: not known yet"),
        ])

    static let userTimeout = HeaderOptionLayout(
        title: "user timeout, on SYN, SYN-ACK and the first data",
        fields: [
            Field("0", "kind, 28"), Field("1", "length, 4"),
            Field("2, 3", "upper bit: 1 minutes, 0 seconds; then the timeout in 15 bits"),
        ])

    static let raw = HeaderOptionLayout(
        title: "raw, with an ExID",
        fields: [
            Field("0", "kind, 254"), Field("1", "length, 4 + that of the value"),
            Field("2, 3", "the ExID"), Field("4...", "the value"),
        ])
}

extension HeaderOptionType {
    /// The options it is on the wire.
    package var layouts: [HeaderOptionLayout] {
        switch self {
        case .telemetry: [.hello, .telemetry]
        case .identity, .delayedACK: [.hello]
        case .userTimeout: [.userTimeout]
        case .raw, .plugin: [.raw]
        }
    }

    /// By what it is known on the wire.
    package var identifier: String {
        switch self {
        case .telemetry, .identity, .delayedACK: "254, 0x7474"
        case .userTimeout: "28"
        case .raw: "254, your ExID; or a kind"
        case .plugin: "254, its ExID"
        }
    }

    /// What it can be on.
    package var segments: [HeaderOption.Segment] {
        switch self {
        case .telemetry, .userTimeout: [.syn, .synack, .data]
        case .identity, .delayedACK: [.syn, .synack]
        case .raw, .plugin: HeaderOption.Segment.allCases
        }
    }

    /// What it takes, with the hello's first six that the three types in it share.
    package var bytes: String {
        switch self {
        case .telemetry: "6, then 20"
        case .identity: "6 + 8"
        case .delayedACK: "6 + 2"
        case .userTimeout: "4"
        case .raw, .plugin: "4 + value"
        }
    }

    /// Whether something of it waits for the other end's answer.
    package var isNegotiated: Bool {
        switch self {
        case .telemetry, .delayedACK, .raw, .plugin: true
        case .identity, .userTimeout: false
        }
    }

    /// As an element of `headerOptions`.
    package var example: String {
        switch self {
        case .telemetry: "{ type: telemetry, every: rtt, peers: [10.0.0.0/8] }"
        case .identity: "{ type: identity, value: { pod: true, profile: true } }"
        case .delayedACK: "{ type: delayed-ack, maximum: 5ms }"
        case .userTimeout: "{ type: user-timeout, value: 30s }"
        case .raw: #"{ type: raw, exid: 0xABCD, value: "hex:01 02 03", on: [syn, data] }"#
        case .plugin: "{ type: plugin, name: queue-depth, on: [data] }"
        }
    }
}
