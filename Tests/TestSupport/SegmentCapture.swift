import Glibc
import Host
import SystemPackage

/// A TCP segment as it passed an interface; one that the host's own offloads will cut is one.
package struct TCPSegment: Sendable {
    package let sourcePort: UInt16
    package let destinationPort: UInt16
    package let sequence: UInt32
    package let acknowledgement: UInt32
    package let flags: Flags
    /// The bytes between the header and the payload, padding included.
    package let options: [UInt8]
    /// In bytes.
    package let payload: Int
    /// The IP packet, in bytes.
    package let length: Int
    package let isFragment: Bool

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let fin = Flags(rawValue: 1)
        package static let syn = Flags(rawValue: 2)
        package static let reset = Flags(rawValue: 4)
        package static let acknowledgement = Flags(rawValue: 16)
    }

    /// From an Ethernet frame's start, of `length` bytes in all; nil: no TCP over IPv4 or IPv6.
    init?(frame: UnsafeRawBufferPointer, length: Int) {
        func two(_ at: Int) -> UInt16 {
            frame.loadUnaligned(fromByteOffset: at, as: UInt16.self).bigEndian
        }
        func four(_ at: Int) -> UInt32 {
            frame.loadUnaligned(fromByteOffset: at, as: UInt32.self).bigEndian
        }
        let ethernet = 14
        guard frame.count >= ethernet + 60 || frame.count == length && length >= 54 else {
            return nil
        }
        let tcp: Int
        switch two(12) {
        case 0x0800:
            guard frame[ethernet + 9] == CInt(IPPROTO_TCP) else { return nil }
            tcp = ethernet + Int(frame[ethernet] & 15) * 4
            self.length = Int(two(ethernet + 2))
            isFragment = two(ethernet + 6) & 0x3fff != 0
        case 0x86dd:
            guard frame[ethernet + 6] == CInt(IPPROTO_TCP) else { return nil }
            tcp = ethernet + 40
            self.length = Int(two(ethernet + 4)) + 40
            isFragment = false
        default: return nil
        }
        let end = tcp + Int(frame[tcp + 12] >> 4) * 4
        guard end >= tcp + 20, end <= frame.count else { return nil }
        sourcePort = two(tcp)
        destinationPort = two(tcp + 2)
        sequence = four(tcp + 4)
        acknowledgement = four(tcp + 8)
        flags = Flags(rawValue: frame[tcp + 13])
        options = Array(frame[tcp + 20..<end])
        payload = self.length - (end - ethernet)
    }
}

/// Reads the TCP segments that pass an interface from the moment it is made, in both directions.
package final class SegmentCapture: Sendable {
    private let socket: OwnedDescriptor

    /// - Parameter buffer: what the kernel keeps of what isn't read yet, in bytes.
    package init(
        _ interface: String, in namespace: FilePath, buffer: CInt = 32 << 20
    ) throws {
        let network = try NetworkNamespace.open(namespace)
        socket = try network.perform { () throws in
            let family: CInt = 17  // AF_PACKET
            let everything = UInt16(3).bigEndian  // ETH_P_ALL
            let type = CInt(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            // Of no protocol until it is bound: nothing of another interface.
            let number = try call("socket AF_PACKET", Glibc.socket(family, type, 0))
            let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
            var buffer = buffer
            try call(
                "setsockopt SO_RCVBUFFORCE",
                setsockopt(
                    number, SOL_SOCKET, SO_RCVBUFFORCE, &buffer,
                    socklen_t(MemoryLayout<CInt>.size)))
            let index = if_nametoindex(interface)
            guard index > 0 else { throw TestSupportError("there is no \(interface)") }
            // struct sockaddr_ll
            var address = [UInt8](repeating: 0, count: 20)
            address.withUnsafeMutableBytes {
                $0.storeBytes(of: UInt16(family), toByteOffset: 0, as: UInt16.self)
                $0.storeBytes(of: everything, toByteOffset: 2, as: UInt16.self)
                $0.storeBytes(of: index, toByteOffset: 4, as: UInt32.self)
            }
            try call(
                "bind to \(interface)",
                address.withUnsafeBytes {
                    bind(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, 20)
                })
            return socket
        }.get()
    }

    /// What has passed since the last time, oldest first.
    package func read() throws -> [TCPSegment] {
        var segments: [TCPSegment] = []
        try withUnsafeTemporaryAllocation(byteCount: 192, alignment: 8) { space in
            while true {
                let length = recv(
                    socket.raw.rawValue, space.baseAddress, space.count, CInt(MSG_TRUNC))
                if length < 0 && errno == EAGAIN { return }
                try call("recv", length)
                let frame = UnsafeRawBufferPointer(rebasing: space[..<min(length, space.count)])
                if let segment = TCPSegment(frame: frame, length: length) {
                    segments.append(segment)
                }
            }
        }
        return segments
    }
}
