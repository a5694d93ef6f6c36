/// A TCP option that a profile has its connections' packets carry; docs/header-options.md has the
/// bytes of each.
public struct HeaderOption: Sendable, Equatable {
    /// What it says.
    public enum Kind: Sendable, Equatable {
        /// What the sender's TCP knows of the connection, to a peer that understands it.
        case telemetry(every: Cadence)
        /// Who the sender is: the names of the workload and of its profile, in the handshake.
        case identity(workload: Bool, profile: Bool)
        /// The longest the sender delays an acknowledgement, in microseconds.
        case delayedACK(maximum: Int)
        /// How long data may stay unacknowledged, in seconds (RFC 5482).
        case userTimeout(Int)
        /// Bytes of the user's own.
        case raw(id: RawIdentifier, value: [UInt8], on: Set<Segment>, every: Cadence)
        /// Bytes that a plug-in's program makes, and reads at the other end.
        case plugin(name: String, on: Set<Segment>, every: Cadence)
    }

    /// How often an option is sent beyond the handshake.
    public enum Cadence: Sendable, Hashable {
        /// Once per round trip.
        case roundTrip
        /// Once per so many microseconds.
        case interval(Int)
        /// Once per so many data segments.
        case segments(Int)
        /// On every segment: for comparison, it costs.
        case everySegment
    }

    /// What an option can be on.
    public enum Segment: String, Sendable, CaseIterable {
        case syn, synack, data, fin
    }

    /// What tells a raw option from others.
    public enum RawIdentifier: Sendable, Hashable {
        /// The experiment identifier of an option of kind 254 (RFC 6994).
        case exid(UInt16)
        /// A kind of its own.
        case kind(UInt8)
    }

    /// What it says.
    public let kind: Kind
    /// Prefixes one of which holds the remote address; empty: everyone. Sorted, each once.
    public let peers: [IPPrefix]

    /// The most raw options and plug-ins' a profile may have.
    public static let maximumRaw = 4
    /// The most options: one of each of tcptune's types, and the raw ones.
    static let maximumCount = 4 + maximumRaw
    /// The longest value of a raw option, in bytes.
    public static let maximumRawLength = 32

    /// Makes an option; order and repetition of prefixes mean nothing and are dropped.
    public init(_ kind: Kind, peers: [IPPrefix] = []) {
        self.kind = kind
        self.peers = Set(peers).sorted()
    }
}

extension HeaderOption.RawIdentifier: CustomStringConvertible {
    /// As a profile has it: `0xABCD` or `200`.
    public var description: String {
        switch self {
        case .exid(let exid):
            return "0x" + hexadecimal(exid).uppercased()
        case .kind(let kind): return String(kind)
        }
    }
}
