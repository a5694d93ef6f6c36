import Glibc
import Host
import SystemPackage

/// An IPv4 or IPv6 address and a port to listen on.
struct ListeningAddress {
    private static let what = "cannot listen for HTTP"

    private let text: String
    private var storage = sockaddr_storage()
    private let length: Int
    private let listensToBoth: Bool

    /// From `ADDRESS:PORT`, `[ADDRESS]:PORT` or `:PORT`.
    init(_ text: String) throws(HostError) {
        self.text = text
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw Self.malformed(text) }
        var host = text[..<colon]
        listensToBoth = host.isEmpty
        let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        if isBracketed || listensToBoth {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, listensToBoth ? "::" : String(host), &address.sin6_addr) == 1
            else { throw Self.malformed(text) }
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: address, as: sockaddr_in6.self)
            }
            length = MemoryLayout<sockaddr_in6>.size
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, String(host), &address.sin_addr) == 1 else {
                throw Self.malformed(text)
            }
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: address, as: sockaddr_in.self)
            }
            length = MemoryLayout<sockaddr_in>.size
        }
    }

    func listen() throws(HostError) -> OwnedDescriptor {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let number = socket(CInt(storage.ss_family), CInt(kind), 0)
        if number < 0 && errno == EAFNOSUPPORT && listensToBoth {
            // A host without IPv6.
            return try ListeningAddress("0.0.0.0" + text).listen()
        }
        guard number >= 0 else { throw failure() }
        let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
        var on: CInt = 1
        var isIPv6Only: CInt = listensToBoth ? 0 : 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, size)
        if CInt(storage.ss_family) == AF_INET6 {
            setsockopt(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &isIPv6Only, size)
        }
        let result = withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(length)) == 0 && Glibc.listen(number, 64) == 0
            }
        }
        guard result else { throw failure() }
        return socket
    }

    /// The text with the port that a socket was given where it says 0.
    func text(of socket: FileDescriptor) -> String {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket.rawValue, $0, &length)
            }
        }
        // At the same place in both families.
        let port = withUnsafeBytes(of: address) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
        return text[...text.lastIndex(of: ":")!] + "\(port)"
    }

    private func failure() -> HostError {
        HostError(Errno(rawValue: errno), Self.what, on: text)
    }

    private static func malformed(_ text: String) -> HostError {
        HostError(
            .malformed, what, on: text, because: "that is no address and port",
            advice: "write 127.0.0.1:9464, [::1]:9464, or :9464 for all addresses of this host")
    }
}
