import Glibc
import Host
import SystemPackage

/// A listening TCP socket, closed when the value goes.
package final class TCPServer: Sendable {
    package let address: String
    package let port: UInt16
    private let socket: OwnedDescriptor

    /// Listens at an address; `::` takes IPv4 too, port 0 lets the kernel choose.
    package init(
        _ placement: Placement = .here, address: String = "127.0.0.1", port: UInt16 = 0,
        backlog: Int = 4096, configure: (TCPOptions) throws -> Void = { _ in }
    ) throws {
        let wanted = try SocketAddress(address, port: port)
        let number = try placement.sockets(1, family: wanted.family)[0]
        socket = OwnedDescriptor(FileDescriptor(rawValue: number))
        self.address = address
        let options = TCPOptions(socket: number)
        try options.set(SOL_SOCKET, SO_REUSEADDR, 1)
        try configure(options)
        try call("bind \(address):\(port)", wanted.withPointer { bind(number, $0, $1) })
        try call("listen", listen(number, CInt(backlog)))
        self.port = try SocketAddress(boundTo: number).port
    }

    /// The options of the listener, which its connections inherit.
    package var options: TCPOptions { TCPOptions(socket: socket.raw.rawValue) }

    /// Waits for a connection, at most 10 s.
    package func accept() throws -> TCPConnection {
        var readable = pollfd(fd: socket.raw.rawValue, events: Int16(POLLIN), revents: 0)
        guard try call("poll", poll(&readable, 1, 10_000)) == 1 else {
            throw TestSupportError("no connection came to \(address):\(port) in 10 s")
        }
        let number = try call("accept", Glibc.accept(socket.raw.rawValue, nil, nil))
        try call("fcntl", fcntl(number, F_SETFD, FD_CLOEXEC))
        return try TCPConnection(OwnedDescriptor(FileDescriptor(rawValue: number)))
    }
}
