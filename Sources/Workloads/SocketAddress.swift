import Glibc
import SystemPackage

/// An IPv4 or IPv6 address and a port, as the socket calls take them.
struct SocketAddress: @unchecked Sendable {
    private var storage: sockaddr_storage
    private var length: socklen_t

    private init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        storage = sockaddr_storage()
        self.length = length
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// Of what a call fills in: 0 or -errno.
    init?(filledBy body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> CInt) {
        storage = sockaddr_storage()
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { [length] storage in
            var length = length
            let result = storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, &length)
            }
            return (result, length)
        }
        guard result.0 >= 0 else { return nil }
        length = result.1
    }

    /// From a name or an address in numbers.
    init(resolving host: String, port: UInt16, forListening: Bool = false) throws(WorkloadError) {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (forListening ? AI_PASSIVE : 0)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard result == 0, let first = found?.pointee, let address = first.ai_addr else {
            throw WorkloadError(
                .badAddress, "cannot find the address of", on: host,
                because: String(cString: gai_strerror(result)),
                advice: "give an IPv4 or IPv6 address, or a name that resolves here")
        }
        self.init(address, first.ai_addrlen)
    }

    var family: CInt { CInt(storage.ss_family) }

    var port: UInt16 {
        // At the same place in both families.
        withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }.bigEndian
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `10.0.0.1:80` or `[fd00::1]:80`; IPv4 in IPv6 as IPv4.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: storage) { bytes in
            // sin_addr is 4 bytes in, sin6_addr 8.
            let address = bytes.baseAddress! + (family == AF_INET6 ? 8 : 4)
            _ = inet_ntop(family, address, &text, socklen_t(text.count))
        }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        let mapped = "::ffff:"
        guard family == AF_INET6 else { return "\(host):\(port)" }
        guard host.hasPrefix(mapped), host.contains(".") else { return "[\(host)]:\(port)" }
        return "\(host.dropFirst(mapped.count)):\(port)"
    }
}

/// Where a server listens: `HOST:PORT`, an IPv6 address in brackets.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address in numbers.
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package init(parsing text: String) throws(WorkloadError) {
        let colon = text.lastIndex(of: ":")
        var host = colon.map { text[..<$0] } ?? ""
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            // The last group of a bare IPv6 address is no port.
            host = ""
        }
        guard let colon, !host.isEmpty, let port = UInt16(text[text.index(after: colon)...]),
            port > 0
        else {
            throw WorkloadError(
                .badAddress, "no server's address", on: text,
                advice: "write HOST:PORT, an IPv6 address as [fd00::1]:5201")
        }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// As its text.
extension ServerAddress: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
