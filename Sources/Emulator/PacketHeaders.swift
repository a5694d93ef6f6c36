/// What the emulator has to know of an IP packet.
struct PacketHeaders {
    /// ECN codepoints of the IP header (RFC 3168, 5): 00 not capable, 11 congestion experienced.
    let ecn: UInt8
    /// Where the transport header begins; 0 when the packet makes no sense.
    let transportOffset: Int
    /// Where a TCP segment's data begin; 0 for anything else.
    let tcpDataOffset: Int
    /// Neighbour discovery, MLD and IGMP: no traffic of the hosts' own.
    let isExempt: Bool

    static let unknown = PacketHeaders(
        ecn: 0, transportOffset: 0, tcpDataOffset: 0, isExempt: false)

    static func isIPv6(_ packet: UnsafeRawPointer) -> Bool {
        packet.load(as: UInt8.self) >> 4 == 6
    }

    static func parse(_ packet: UnsafeRawBufferPointer) -> PacketHeaders {
        guard let start = packet.baseAddress, packet.count >= 20 else { return unknown }
        if packet[0] >> 4 == 4 {
            let length = Int(packet[0] & 15) * 4
            guard length >= 20, packet.count >= length else { return unknown }
            return PacketHeaders(
                packet, ecn: packet[1] & 3, transport: length, protocolNumber: packet[9])
        }
        guard isIPv6(start), packet.count >= 40 else { return unknown }
        var transport = 40
        var next = packet[6]
        // Hop-by-hop, routing and destination options: type of what follows, length in 8 bytes less 1.
        while next == 0 || next == 43 || next == 60 {
            guard packet.count >= transport + 8 else { return unknown }
            next = packet[transport]
            transport += (Int(packet[transport + 1]) + 1) * 8
        }
        return PacketHeaders(
            packet, ecn: packet[1] >> 4 & 3, transport: transport, protocolNumber: next)
    }

    private init(ecn: UInt8, transportOffset: Int, tcpDataOffset: Int, isExempt: Bool) {
        self.ecn = ecn
        self.transportOffset = transportOffset
        self.tcpDataOffset = tcpDataOffset
        self.isExempt = isExempt
    }

    private init(
        _ packet: UnsafeRawBufferPointer, ecn: UInt8, transport: Int, protocolNumber: UInt8
    ) {
        self.ecn = ecn
        transportOffset = transport
        switch protocolNumber {
        case 6 where packet.count >= transport + 20:
            let data = transport + Int(packet[transport + 12] >> 4) * 4
            tcpDataOffset = data >= transport + 20 && data <= packet.count ? data : 0
            isExempt = false
        case 58 where packet.count > transport:
            tcpDataOffset = 0
            // MLD (RFC 2710, RFC 3810) is 130 to 132 and 143, neighbour discovery (RFC 4861) 133 to 137.
            let type = packet[transport]
            isExempt = (130...137).contains(type) || type == 143
        default:
            tcpDataOffset = 0
            isExempt = protocolNumber == 2
        }
    }
}

/// One's-complement arithmetic of the Internet checksum (RFC 1071, RFC 1624).
enum InternetChecksum {
    static func fold(_ sum: UInt32) -> UInt16 {
        var sum = sum
        while sum >> 16 != 0 { sum = (sum & 0xffff) + sum >> 16 }
        return UInt16(sum)
    }

    /// Writes the checksum of the IPv4 header at `header`.
    static func updateIPv4(_ header: UnsafeMutableRawPointer) {
        header.storeBigEndian(0, at: 10)
        var sum: UInt32 = 0
        for offset in stride(from: 0, to: Int(header.load(as: UInt8.self) & 15) * 4, by: 2) {
            sum += UInt32(header.loadBigEndian(at: offset))
        }
        header.storeBigEndian(~fold(sum), at: 10)
    }
}

extension UnsafeMutableRawPointer {
    func loadBigEndian(at offset: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func storeBigEndian(_ value: UInt16, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }
}
