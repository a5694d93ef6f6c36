import Glibc

/// An IPv4 or IPv6 address and a port, as the socket calls take them.
struct SocketAddress {
    private(set) var storage = sockaddr_storage()
    private(set) var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// From text; `::ffff:10.0.0.1` is an IPv6 address that speaks IPv4.
    init(_ address: String, port: UInt16) throws {
        if address.contains(":") {
            var ipv6 = sockaddr_in6()
            ipv6.sin6_family = sa_family_t(AF_INET6)
            ipv6.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, address, &ipv6.sin6_addr) == 1 else {
                throw TestSupportError("not an address: \(address)")
            }
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: ipv6, as: sockaddr_in6.self) }
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        } else {
            var ipv4 = sockaddr_in()
            ipv4.sin_family = sa_family_t(AF_INET)
            ipv4.sin_port = port.bigEndian
            guard inet_pton(AF_INET, address, &ipv4.sin_addr) == 1 else {
                throw TestSupportError("not an address: \(address)")
            }
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: ipv4, as: sockaddr_in.self) }
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
        }
    }

    /// The address that a socket is bound to.
    init(boundTo socket: CInt) throws {
        var length = length
        try call(
            "getsockname",
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(socket, $0, &length)
                }
            })
        self.length = length
    }

    var family: CInt { CInt(storage.ss_family) }

    var port: UInt16 {
        // At the same place in both families.
        withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }.bigEndian
    }

    func withPointer<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) rethrows -> Result {
        try withUnsafePointer(to: storage) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, length) }
        }
    }
}
