import CShim
import Glibc
import Host
import SystemPackage
import Testing

@testable import Emulator

/// What becomes of the headers of a frame that is cut, byte by byte.
@Suite struct SegmentTests {
    private static let size = 1_000

    @Test(arguments: [false, true])
    func headersOfSegments(isIPv6: Bool) throws {
        // FIN, PSH, ACK and CWR on 3 1/2 segments.
        let sample = Sample(isIPv6: isIPv6, flags: 0x99, data: 3_500, size: Self.size)
        let cuts: [(first: Int, count: Int, flags: UInt8)] = [
            (0, 1, 0x90), (1, 1, 0x10), (3, 1, 0x19), (0, 2, 0x90), (1, 3, 0x19),
        ]
        for cut in cuts {
            let part = try sample.written(cut.first, cut.count)
            let data = part.packet[sample.dataOffset...]
            #expect(Array(data) == sample.data(cut.first, cut.count))
            #expect(part.packet[sample.tcp + 13] == cut.flags)
            let sequence = part.packet[(sample.tcp + 4)..<(sample.tcp + 8)]
                .reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            // Across the wrap.
            #expect(sequence == 0xffff_ff00 &+ UInt32(cut.first * Self.size))
            #expect(part.header.hdr.gso_size == (cut.count == 1 ? 0 : UInt16(Self.size)))
            #expect(part.header.hdr.flags == UInt8(VIRTIO_NET_HDR_F_NEEDS_CSUM))
            let ecn = part.header.hdr.gso_type & UInt8(VIRTIO_NET_HDR_GSO_ECN)
            #expect((ecn != 0) == (cut.first == 0 && cut.count > 1))
            expectSums(part.packet, sample)
            if !isIPv6 {
                #expect(part.packet[4...5].reduce(0) { $0 << 8 | Int($1) } == 700 + cut.first)
            }
        }
    }

    @Test(arguments: [false, true])
    func marks(isIPv6: Bool) throws {
        let sample = Sample(isIPv6: isIPv6, flags: 0x10, data: 3_500, size: Self.size)
        for count in [1, 4] {
            let part = try sample.written(0, count, isMarked: true)
            #expect(PacketHeaders.parse(part.packet).ecn == 3)
            expectSums(part.packet, sample)
        }
        // The frame itself stays as it was: a copy of it may not be marked.
        let whole = try sample.written(0, 4)
        #expect(PacketHeaders.parse(whole.packet).ecn == 2)
        #expect(whole.packet == sample.bytes)
    }

    @Test func exemptPackets() {
        func isExempt(_ packet: [UInt8]) -> Bool { PacketHeaders.parse(packet).isExempt }
        func ipv6(_ next: UInt8, _ rest: [UInt8]) -> [UInt8] {
            [0x60, 0, 0, 0, 0, UInt8(rest.count), next, 255] + Array(repeating: 0, count: 32) + rest
        }
        #expect(isExempt(ipv6(58, [135, 0, 0, 0])))
        #expect(!isExempt(ipv6(58, [128, 0, 0, 0])))
        // A listener report behind a hop-by-hop router alert.
        #expect(isExempt(ipv6(0, [58, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0])))
        #expect(!isExempt(ipv6(17, [0, 9, 0, 9, 0, 8, 0, 0])))
        let igmp: [UInt8] = [0x45, 0, 0, 24, 0, 0, 0, 0, 1, 2] + Array(repeating: 0, count: 14)
        #expect(isExempt(igmp))
    }

    @Test func nonsenseIsNoTrap() {
        var noise = Noise(1)
        for length in 0..<80 {
            for first: UInt8 in [0x45, 0x4f, 0x41, 0x60, 0x00, 0xff] {
                for next: UInt8 in [0, 6, 43, 58, 60] {
                    var packet = Array(noise.bytes(88).prefix(length))
                    if length > 0 { packet[0] = first }
                    if length > 9 { (packet[6], packet[9]) = (next, next) }
                    let headers = PacketHeaders.parse(packet)
                    #expect(headers.tcpDataOffset <= length)
                }
            }
        }
    }

    /// Lengths and checksums, computed from the whole packet.
    private func expectSums(_ packet: [UInt8], _ sample: Sample) {
        func word(_ offset: Int) -> Int { Int(packet[offset]) << 8 | Int(packet[offset + 1]) }
        func sum(_ range: Range<Int>) -> Int {
            var total = 0
            for offset in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
                total += word(offset)
            }
            return total
        }
        func fold(_ sum: Int) -> Int { sum > 0xffff ? fold(sum & 0xffff + sum >> 16) : sum }
        let segment = packet.count - sample.tcp
        if sample.isIPv6 {
            #expect(word(4) == packet.count - 40)
        } else {
            #expect(word(2) == packet.count)
            #expect(fold(sum(0..<20)) == 0xffff)
        }
        let addresses = sample.isIPv6 ? 8..<40 : 12..<20
        #expect(fold(word(sample.tcp + 16)) == fold(sum(addresses) + 6 + segment))
    }
}

/// A TCP frame as a device hands it over.
private struct Sample {
    let isIPv6: Bool
    let size: Int
    let bytes: [UInt8]

    var tcp: Int { isIPv6 ? 40 : 20 }
    var dataOffset: Int { tcp + 32 }

    init(isIPv6: Bool, flags: UInt8, data: Int, size: Int) {
        self.isIPv6 = isIPv6
        self.size = size
        var noise = Noise(5)
        let tcp = isIPv6 ? 40 : 20
        let length = tcp + 32 + data
        var packet = Array(noise.bytes((length / 8 + 1) * 8).prefix(length))
        func put(_ value: Int, _ offset: Int) {
            packet[offset] = UInt8(value >> 8 & 0xff)
            packet[offset + 1] = UInt8(value & 0xff)
        }
        if isIPv6 {
            packet.replaceSubrange(0..<8, with: [0x60, 0x20, 0, 0, 0, 0, 6, 64])
            put(length - 40, 4)
        } else {
            packet.replaceSubrange(0..<12, with: [0x45, 2, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0])
            put(length, 2)
            put(700, 4)
        }
        packet.replaceSubrange((tcp + 4)..<(tcp + 8), with: [0xff, 0xff, 0xff, 0])
        packet[tcp + 12] = 0x80
        packet[tcp + 13] = flags
        var sum = 6 + length - tcp
        for offset in stride(from: isIPv6 ? 8 : 12, to: tcp, by: 2) {
            sum += Int(packet[offset]) << 8 | Int(packet[offset + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        put(sum, tcp + 16)
        if !isIPv6 {
            packet.withUnsafeMutableBytes { InternetChecksum.updateIPv4($0.baseAddress!) }
        }
        bytes = packet
    }

    func data(_ first: Int, _ count: Int) -> [UInt8] {
        Array(bytes[dataOffset...].dropFirst(first * size).prefix(count * size))
    }

    /// The virtio header and the packet that the writer makes of segments.
    func written(
        _ first: Int, _ count: Int, isMarked: Bool = false
    ) throws -> (header: cshim_vnet_header, packet: [UInt8]) {
        var header = cshim_vnet_header()
        header.hdr.flags = UInt8(VIRTIO_NET_HDR_F_NEEDS_CSUM)
        header.hdr.gso_type = UInt8(
            (isIPv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4)
                | VIRTIO_NET_HDR_GSO_ECN)
        header.hdr.gso_size = UInt16(size)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8_192, alignment: 16)
        defer { memory.deallocate() }
        memory.storeBytes(of: header, as: cshim_vnet_header.self)
        bytes.withUnsafeBytes {
            (memory + TunDevice.headerLength).copyMemory(
                from: $0.baseAddress!, byteCount: $0.count)
        }
        var frame = Frame(memory: memory, isSmall: false)
        frame.length = bytes.count
        frame.dataOffset = dataOffset
        frame.segmentSize = size
        frame.segments = (bytes.count - dataOffset + size - 1) / size
        frame.transportOffset = tcp
        let file = OwnedDescriptor(FileDescriptor(rawValue: cshim_memory_file()))
        var writer = SegmentWriter()
        writer.write(
            frame, first: first, count: count, isMarked: isMarked, to: file.raw.rawValue)
        #expect(writer.failures == 0)
        let all = try [UInt8](unsafeUninitializedCapacity: 8_192) { space, read in
            read = try file.raw.read(
                fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(space))
        }
        return (
            all.withUnsafeBytes { $0.load(as: cshim_vnet_header.self) },
            Array(all[TunDevice.headerLength...])
        )
    }
}

extension PacketHeaders {
    fileprivate static func parse(_ packet: [UInt8]) -> PacketHeaders {
        packet.withUnsafeBytes { parse($0) }
    }
}
