/// The `type:` of a header option: the table that the parser, the schema, the canonical form and
/// `tcptune option` are driven by.
package enum HeaderOptionType: String, Sendable, CaseIterable {
    case telemetry
    case identity
    case delayedACK = "delayed-ack"
    case userTimeout = "user-timeout"
    case raw
    case plugin

    package static let delayRange: ClosedRange<UInt32> = 1000...200_000
    /// 15 bits of seconds or of minutes (RFC 5482, section 3).
    package static let timeoutRange: ClosedRange<UInt32> = 1...(32767 * 60)

    /// One sentence: what it is for.
    package var summary: String {
        switch self {
        case .telemetry: "What the sender's TCP measures, for the receiver."
        case .identity: "Which workload and profile the sender is, in the handshake."
        case .delayedACK: "The longest the sender delays an acknowledgement, for a shorter RTO."
        case .userTimeout: "How long data may stay unacknowledged (RFC 5482)."
        case .raw: "Bytes of your own, under an ExID or a kind."
        case .plugin: "Bytes that a program of your own makes and reads."
        }
    }

    /// The keys beside `type`, in the order of the canonical form.
    package var keys: [Shape.Key] {
        let own: [Shape.Key] =
            switch self {
            case .telemetry: [Self.every]
            case .identity:
                [
                    Shape.Key(
                        name: "value", shape: .mapping(Self.identityValue), isRequired: true,
                        summary: "What is told; at least one is true.")
                ]
            case .delayedACK:
                [
                    Shape.Key(
                        name: "maximum",
                        shape: .number(.quantity(.microseconds, Self.delayRange)),
                        isRequired: true,
                        summary: "The longest delay, in whole tenths of a millisecond.")
                ]
            case .userTimeout:
                [
                    Shape.Key(
                        name: "value", shape: .number(.quantity(.seconds, Self.timeoutRange)),
                        isRequired: true,
                        summary: "The timeout, in whole seconds; above 32767s, whole minutes.")
                ]
            case .raw: Self.rawKeys
            case .plugin:
                [
                    Shape.Key(
                        name: "name", shape: .text(.optionName), isRequired: true,
                        summary: "The plug-in's, a directory in /etc/tcptune/options.d."),
                    Self.segments, Self.every,
                ]
            }
        return own + [Self.peers]
    }

    private static let every = Shape.Key(
        name: "every", shape: .cadence,
        summary: "How often, beyond the handshake; rtt by default.", fallback: "rtt")

    private static let identityValue = Shape.Keys(
        keys: [
            Shape.Key(
                name: "pod", shape: .boolean, summary: "The pod's or cgroup's name, hashed.",
                fallback: "false"),
            Shape.Key(
                name: "profile", shape: .boolean, summary: "The profile's name, hashed.",
                fallback: "false"),
        ], needsOne: true)

    private static let rawKeys = [
        Shape.Key(
            name: "exid", shape: .exid,
            summary: "The experiment identifier of an option of kind 254 (RFC 6994)."),
        Shape.Key(
            name: "kind", shape: .number(.count(0...255)),
            summary: "A kind of its own, instead of exid; not offered where it isn't on."),
        Shape.Key(
            name: "value", shape: .bytes(maximum: HeaderOption.maximumRawLength),
            summary: "The bytes after the identifier; none by default.", fallback: "none"),
        segments, every,
    ]

    private static let segments = Shape.Key(
        name: "on",
        shape: .list(
            of: .choice(HeaderOption.Segment.allCases.map(\.rawValue)), what: "segments",
            count: 1...HeaderOption.Segment.allCases.count),
        isRequired: true,
        summary: "Where it is sent; on data and FIN only to a peer that answered.")

    private static let peers = Shape.Key(
        name: "peers", shape: .list(of: .prefix, what: "prefixes", count: 1...65536),
        summary: "Prefixes one of which holds the remote address; absent: everyone.",
        fallback: "everyone")

    /// The shape of one element of `headerOptions`.
    static let shape = Shape.tagged(
        by: "type",
        allCases.map { type in
            let key = Shape.Key(
                name: "type", shape: .constant(type.rawValue), isRequired: true,
                summary: type.summary)
            return Shape.Variant(tag: type.rawValue, keys: Shape.Keys(keys: [key] + type.keys))
        })
}

extension HeaderOption {
    /// The `type:` it has in a profile.
    package var type: HeaderOptionType {
        switch kind {
        case .telemetry: .telemetry
        case .identity: .identity
        case .delayedACK: .delayedACK
        case .userTimeout: .userTimeout
        case .raw: .raw
        case .plugin: .plugin
        }
    }
}
