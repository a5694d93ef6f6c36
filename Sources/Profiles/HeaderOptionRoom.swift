/// What a profile's header options take of the 40 bytes that TCP has for options
/// (RFC 9293, section 3.1).
package struct HeaderOptionRoom: Sendable, Equatable {
    /// One thing that takes room.
    package struct Part: Sendable, Equatable {
        package let name: String
        package let bytes: Int
        /// The option it is of.
        package let index: Int
    }

    /// All there is, in bytes.
    package static let limit = 40

    /// What the kernel's own options take, in bytes.
    package let kernel: Int
    /// What the profile's take, by option.
    package let parts: [Part]

    /// Whether the identity has no room on this segment of a handshake, and follows in a second
    /// hello after it.
    package let identityFollows: Bool

    /// The room on one kind of segment when every option is sent, whoever the peer is.
    ///
    /// The user timeout isn't counted on data: it is sent once, before telemetry is.
    package init(of options: [HeaderOption], on segment: HeaderOption.Segment) {
        kernel = segment.isHandshake ? 20 : 12
        let hello = options.firstIndex { $0.isInHello }
        let head = hello.map { Part(name: "hello", bytes: HeaderOptionRoom.hello, index: $0) }
        let all =
            (segment.isHandshake ? [head].compactMap { $0 } : [])
            + options.enumerated().compactMap { index, option in
                let bytes = option.bytes(on: segment)
                guard bytes > 0 else { return nil }
                return Part(name: option.label, bytes: bytes, index: index)
            }
        let withoutIdentity = all.filter {
            options[$0.index].type != .identity || $0.name == "hello"
        }
        identityFollows =
            kernel + Self.padded(all) > Self.limit && withoutIdentity.count < all.count
        parts = identityFollows ? withoutIdentity : all
    }

    private static func padded(_ parts: [Part]) -> Int {
        (parts.reduce(0) { $0 + $1.bytes } + 3) & ~3
    }

    /// The hello without what else is in it, in bytes.
    package static let hello = 6

    /// Of the profile's options, in bytes; the kernel pads them to a multiple of four.
    package var padding: Int { Self.padded(parts) - parts.reduce(0) { $0 + $1.bytes } }

    /// Everything, in bytes.
    package var total: Int { kernel + Self.padded(parts) }

    /// The option with which it gets too much; `nil` when everything fits.
    package var firstTooMany: Int? {
        guard total > Self.limit else { return nil }
        var sum = kernel
        return parts.first { part in
            sum += part.bytes
            return sum > Self.limit
        }?.index
    }
}

extension HeaderOption.Segment {
    package var isHandshake: Bool { self == .syn || self == .synack }

    /// The kernel's own options on it, for people.
    package var kernelOptions: String {
        isHandshake
            ? "MSS 4, SACK permitted 2, timestamps 10, window scale 3, padding 1"
            : "timestamps 10, padding 2"
    }

    package var label: String {
        switch self {
        case .syn: "SYN"
        case .synack: "SYN-ACK"
        case .data: "data segment"
        case .fin: "FIN"
        }
    }
}

extension HeaderOption {
    /// Telemetry, identity and delayed-ack are offered in one option.
    package var isInHello: Bool {
        switch type {
        case .telemetry, .identity, .delayedACK: true
        case .userTimeout, .raw, .plugin: false
        }
    }

    /// For people: the type, and what tells a raw option from the others.
    package var label: String {
        switch kind {
        case .raw(.exid(let exid), _, _, _): "raw \(RawIdentifier.exid(exid))"
        case .raw(.kind(let kind), _, _, _): "raw kind \(kind)"
        case .plugin(let name, _, _): name
        default: type.rawValue
        }
    }

    /// What it takes on a segment, the hello's first bytes aside.
    fileprivate func bytes(on segment: Segment) -> Int {
        switch kind {
        case .telemetry: return segment == .data ? 20 : 0
        case .identity: return segment.isHandshake ? 8 : 0
        case .delayedACK: return segment.isHandshake ? 2 : 0
        case .userTimeout: return segment.isHandshake ? 4 : 0
        case .plugin: return 0  // not known here: checked when it is applied
        case .raw(let id, let value, let segments, _):
            guard case .exid = id else {
                return segments.contains(segment) ? 2 + value.count : 0
            }
            if segments.contains(segment) { return 4 + value.count }
            // To send it later, both ends have to ask whether the other knows it.
            let isOffered = segments.contains(.data) || segments.contains(.fin)
            return segment.isHandshake && isOffered ? 4 : 0
        }
    }
}
