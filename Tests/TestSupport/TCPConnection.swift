import Glibc
import Host
import SystemPackage

/// One end of a TCP connection, closed when the value goes.
///
/// Everything that waits gives up after 10 s.
package final class TCPConnection: Sendable {
    package let localPort: UInt16
    private let socket: OwnedDescriptor

    init(_ socket: consuming OwnedDescriptor) throws {
        let number = socket.raw.rawValue
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try call(
                "setsockopt",
                setsockopt(
                    number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)))
        }
        localPort = try SocketAddress(boundTo: number).port
        self.socket = socket
    }

    /// Connects from a placement; to `::ffff:10.0.0.1` by IPv4 through an IPv6 socket.
    package static func connect(
        _ placement: Placement = .here, to address: String, port: UInt16,
        configure: (TCPOptions) throws -> Void = { _ in }
    ) throws -> TCPConnection {
        try connectMany(1, placement, to: address, port: port, configure: configure)[0]
    }

    /// The same many times, with one helper process for all.
    package static func connectMany(
        _ count: Int, _ placement: Placement = .here, to address: String, port: UInt16,
        configure: (TCPOptions) throws -> Void = { _ in }
    ) throws -> [TCPConnection] {
        let remote = try SocketAddress(address, port: port)
        let sockets = try placement.sockets(count, family: remote.family)
        return try sockets.map { number in
            let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
            try configure(TCPOptions(socket: number))
            try call(
                "connect to \(address):\(port)",
                remote.withPointer { Glibc.connect(number, $0, $1) })
            return try TCPConnection(socket)
        }
    }

    /// Many at the same moment, with one helper process for all.
    package static func connectAtOnce(
        _ count: Int, _ placement: Placement, to address: String, port: UInt16
    ) throws -> [TCPConnection] {
        let remote = try SocketAddress(address, port: port)
        let sockets = try placement.sockets(count, family: remote.family)
        for socket in sockets {
            try call("fcntl", fcntl(socket, F_SETFL, O_NONBLOCK))
            let result = remote.withPointer { Glibc.connect(socket, $0, $1) }
            if errno != EINPROGRESS { try call("connect to \(address):\(port)", result) }
        }
        return try sockets.map { socket in
            var connected = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            guard try call("poll", poll(&connected, 1, 10_000)) == 1 else {
                throw TestSupportError("\(address):\(port) doesn't answer")
            }
            try call("fcntl", fcntl(socket, F_SETFL, 0))
            return try TCPConnection(OwnedDescriptor(FileDescriptor(rawValue: socket)))
        }
    }

    /// Both ends of a new connection.
    package static func pair(
        client: Placement = .here, server: Placement = .here, address: String = "127.0.0.1"
    ) throws -> (client: TCPConnection, server: TCPConnection) {
        let listener = try TCPServer(server, address: address)
        let connection = try connect(client, to: address, port: listener.port)
        return (connection, try listener.accept())
    }

    package var options: TCPOptions { TCPOptions(socket: socket.raw.rawValue) }

    package func info() throws -> TCPInfo {
        try TCPInfo(socket: socket.raw.rawValue)
    }

    /// The number by which the kernel and its BPF programs know the socket.
    package func cookie() throws -> UInt64 {
        // SO_COOKIE of asm-generic/socket.h.
        try options.get(SOL_SOCKET, 57, as: UInt64.self)
    }

    /// Sends everything.
    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = try call(
                "send",
                rest.withUnsafeBytes {
                    Glibc.send(socket.raw.rawValue, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                })
            rest = rest.dropFirst(sent)
        }
    }

    /// What has come, waiting for a first byte; empty at the end of the stream.
    package func receive(_ limit: Int = 65536) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { space, count in
            count = try call("recv", recv(socket.raw.rawValue, space.baseAddress, limit, 0))
        }
    }

    /// Reads to the end of the stream and says how many bytes came.
    package func receiveAll() throws -> Int {
        var total = 0
        while case let count = try receive(1 << 18).count, count > 0 { total += count }
        return total
    }

    /// Sends a FIN: no more will come from here.
    package func shutdownWrite() throws {
        try call("shutdown", shutdown(socket.raw.rawValue, CInt(SHUT_WR)))
    }

    /// Ends the connection with an RST, now; nothing can be done with it afterwards.
    package func abort() throws {
        var disconnect = sockaddr()
        disconnect.sa_family = sa_family_t(AF_UNSPEC)
        try call(
            "disconnect",
            Glibc.connect(socket.raw.rawValue, &disconnect, socklen_t(MemoryLayout<sockaddr>.size)))
    }

    /// Connects again, after ``abort()``; the local port may be another.
    package func reconnect(to address: String, port: UInt16) throws {
        let remote = try SocketAddress(address, port: port)
        try call(
            "connect to \(address):\(port)",
            remote.withPointer { Glibc.connect(socket.raw.rawValue, $0, $1) })
    }

    /// Closes both ways in an orderly manner and waits until the other end has closed, too.
    package func finish() throws {
        try shutdownWrite()
        _ = try receiveAll()
    }
}
