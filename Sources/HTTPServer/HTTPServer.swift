import CShim
import Glibc
import Host
import SystemPackage

/// A small HTTP/1.1 server for GET and HEAD, inside an event loop: nothing waits for a client.
package struct HTTPServer: ~Copyable {
    /// Others wait in the kernel's queue.
    private static let maximumConnections = 32
    /// For a request to come, for an answer to be taken, and between requests, ns.
    static let patience: UInt64 = 10_000_000_000

    /// What it listens on, such as `127.0.0.1:9464`.
    package let address: String

    private let listener: OwnedDescriptor
    private var connections: [HTTPConnection] = []

    /// - Parameter address: such as `127.0.0.1:9464`, `[::1]:9464`, or `:9464` for all of this host.
    package init(listening address: String) throws(HostError) {
        let address = try ListeningAddress(address)
        listener = try address.listen()
        self.address = address.text(of: listener.raw)
    }

    /// What to wait for.
    package var interests: [PollInterest] {
        (connections.count < Self.maximumConnections ? [.reading(listener.raw)] : [])
            + connections.map(\.interest)
    }

    /// When to call it at the latest, in ns of ``KernelClock/monotonic()``.
    package var deadline: UInt64? { connections.map(\.deadline).min() }

    /// Takes in, answers, and sends what can be without waiting.
    package mutating func handle(
        _ ready: Set<FileDescriptor>, now: UInt64, respond: (HTTPRequest) -> HTTPResponse
    ) {
        for connection in connections where ready.contains(connection.interest.descriptor) {
            connection.handle(now: now, respond)
        }
        for connection in connections where !connection.isOver && connection.deadline <= now {
            connection.expire()
        }
        connections.removeAll(where: \.isOver)
        if ready.contains(listener.raw) { accept(now) }
    }

    private mutating func accept(_ now: UInt64) {
        while connections.count < Self.maximumConnections {
            let number = cshim_accept(listener.raw.rawValue, nil, nil)
            guard number >= 0 else { return }
            let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
            connections.append(HTTPConnection(socket, now: now))
        }
    }
}
