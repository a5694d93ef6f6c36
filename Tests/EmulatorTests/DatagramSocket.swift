import Emulator
import Glibc
import Host
import TestSupport

/// A UDP socket of a host's, for packets that nothing sends again.
struct DatagramSocket: ~Copyable {
    private let descriptor: OwnedDescriptor

    init(_ host: EmulatedHost) throws {
        let number = try host.namespace.perform {
            socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        }.get()
        try Self.check("socket", number)
        descriptor = OwnedDescriptor(.init(rawValue: number))
    }

    /// Takes everything that comes to an address, for at most 10 s without anything.
    func bind(_ address: String, _ port: UInt16) throws {
        var space: CInt = 64 << 20
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let number = descriptor.raw.rawValue
        // SO_RCVBUFFORCE: not bounded by a sysctl.
        try Self.check("setsockopt", setsockopt(number, SOL_SOCKET, 33, &space, 4))
        try Self.check(
            "setsockopt",
            setsockopt(
                number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size)))
        try Self.check("bind", Self.with(address, port) { Glibc.bind(number, $0, $1) })
    }

    func connect(_ address: String, _ port: UInt16) throws {
        let number = descriptor.raw.rawValue
        try Self.check("connect", Self.with(address, port) { Glibc.connect(number, $0, $1) })
    }

    /// Sends a datagram that begins with a number.
    func send(_ number: Int, bytes: Int) throws {
        var payload = [UInt8](repeating: 0, count: bytes)
        payload.withUnsafeMutableBytes { $0.storeBytes(of: number, as: Int.self) }
        try Self.check("send", Glibc.send(descriptor.raw.rawValue, payload, bytes, 0))
    }

    /// The number in the next datagram.
    func receive() throws -> Int {
        var number = 0
        try Self.check("recv", recv(descriptor.raw.rawValue, &number, 8, 0))
        return number
    }

    private static func with(
        _ address: String, _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var ipv4 = sockaddr_in()
        ipv4.sin_family = sa_family_t(AF_INET)
        ipv4.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &ipv4.sin_addr)
        return withUnsafePointer(to: &ipv4) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func check(_ what: String, _ result: some SignedInteger) throws {
        guard result >= 0 else { throw TestSupportError("\(what): errno \(errno)") }
    }
}
