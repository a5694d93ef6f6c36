import Glibc
import Host
import SystemPackage

/// A connection over the loopback interface, both ends of this process.
package struct LoopbackExchange: ~Copyable {
    private let client: OwnedDescriptor
    private let server: OwnedDescriptor

    private static let what = "cannot make a connection"
    /// More than one segment.
    private static let bytes = 100_000

    package init() throws(WorkshopError) {
        let listener = try Self.socket()
        let client = try Self.socket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listening, connecting) = (listener.raw.rawValue, client.raw.rawValue)
        try withUnsafeMutablePointer(to: &address) { (address) throws(WorkshopError) in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(WorkshopError) in
                try Self.check(bind(listening, address, length))
                try Self.check(listen(listening, 1))
                // The port that it has got.
                try Self.check(getsockname(listening, address, &length))
                try Self.check(connect(connecting, address, length))
            }
        }
        server = OwnedDescriptor(
            FileDescriptor(
                rawValue: try Self.check(accept(listening, nil, nil))))
        self.client = client
    }

    private static func socket() throws(WorkshopError) -> OwnedDescriptor {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try check(Glibc.socket(AF_INET, kind, 0))
        let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
        // Nothing waits longer than this for what a broken option keeps from coming.
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try check(
                setsockopt(
                    number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)))
        }
        return socket
    }

    @discardableResult
    private static func check(_ result: CInt) throws(WorkshopError) -> CInt {
        guard result >= 0 else { throw WorkshopError(Errno(rawValue: errno), what, on: "a socket") }
        return result
    }

    /// Some segments there and some back, so many times, a little apart.
    package func run(rounds: Int) throws(WorkshopError) {
        let numbers = (client.raw.rawValue, server.raw.rawValue)
        var buffer = [UInt8](repeating: 0x5a, count: Self.bytes)
        for _ in 0..<rounds {
            try Self.pass(&buffer, from: numbers.0, to: numbers.1)
            try Self.pass(&buffer, from: numbers.1, to: numbers.0)
            // Options are kept a millisecond apart.
            usleep(2000)
        }
    }

    private static func pass(
        _ buffer: inout [UInt8], from sender: CInt, to receiver: CInt
    ) throws(WorkshopError) {
        var sent = 0
        while sent < buffer.count {
            let count = buffer[sent...].withUnsafeBytes {
                send(sender, $0.baseAddress, min($0.count, 16384), CInt(MSG_NOSIGNAL))
            }
            try check(CInt(count))
            sent += count
            var left = count
            while left > 0 {
                let count = recv(receiver, &buffer, left, 0)
                guard try check(CInt(count)) > 0 else {
                    throw WorkshopError(.connectionReset, what, on: "a socket")
                }
                left -= count
            }
        }
    }
}
