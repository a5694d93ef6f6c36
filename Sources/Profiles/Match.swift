/// Which connections a rule is for; every condition that is given has to hold.
public struct Match: Sendable, Equatable {
    /// Prefixes one of which holds the remote address; empty: any. Sorted, each once.
    public let remote: [IPPrefix]
    /// The service's port: the remote port of an outbound connection, the local port of an
    /// inbound one; empty: any. Sorted, each once.
    public let ports: [UInt16]
    /// Who opened the connection; `nil`: either side.
    public let direction: Direction?

    /// Makes a match; order and repetition of prefixes and ports mean nothing and are dropped.
    public init(remote: [IPPrefix] = [], ports: [UInt16] = [], direction: Direction? = nil) {
        self.remote = Set(remote).sorted()
        self.ports = Set(ports).sorted()
        self.direction = direction
    }
}

/// Who opened a connection.
public enum Direction: String, Sendable, CaseIterable {
    /// Opened from here (`connect`).
    case outbound
    /// Accepted here (`listen`).
    case inbound
}
