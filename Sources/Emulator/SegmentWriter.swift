import CShim
import Glibc

/// Puts consecutive segments of a frame back on a device, as one frame or packet.
///
/// Only headers are rebuilt; the data go out from where they were read to.
struct SegmentWriter: ~Copyable {
    /// The virtio header, an IP header with options and a TCP header.
    private static let capacity = 512
    private static let gsoTypeMask = ~UInt8(VIRTIO_NET_HDR_GSO_ECN)

    private let space = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    private(set) var failures: UInt64 = 0
    private(set) var lastErrno: CInt = 0

    deinit {
        space.deallocate()
    }

    /// Whether headers so long can be rebuilt.
    static func canRebuild(dataOffset: Int) -> Bool {
        TunDevice.headerLength + dataOffset <= capacity
    }

    /// Writes segments as they are due: `first` and the `count - 1` behind it.
    mutating func write(
        _ frame: Frame, first: Int, count: Int, isMarked: Bool, to descriptor: CInt
    ) {
        if count == frame.segments && !isMarked {
            note(Glibc.write(descriptor, frame.memory, TunDevice.headerLength + frame.length))
            return
        }
        // A single packet is marked in a copy of its IP header: it may be sent twice.
        let isCut = frame.segments > 1
        let headers = isCut ? frame.dataOffset : frame.isIPv6 ? 40 : ipv4HeaderLength(frame)
        let data = isCut ? frame.data(first: first, count: count) : headers..<frame.length
        let kept = TunDevice.headerLength + headers
        space.copyMemory(from: frame.memory, byteCount: kept)
        let packet = space + TunDevice.headerLength
        if isCut && count < frame.segments {
            rebuild(packet, frame, first: first, count: count, bytes: data.count)
        }
        if isMarked {
            let byte = packet.load(fromByteOffset: 1, as: UInt8.self)
            packet.storeBytes(
                of: byte | (frame.isIPv6 ? 0x30 : 3), toByteOffset: 1, as: UInt8.self)
        }
        if !frame.isIPv6 { InternetChecksum.updateIPv4(packet) }
        var parts = (
            iovec(iov_base: space, iov_len: kept),
            iovec(iov_base: frame.packet + data.lowerBound, iov_len: data.count)
        )
        note(
            withUnsafePointer(to: &parts) {
                $0.withMemoryRebound(to: iovec.self, capacity: 2) {
                    writev(descriptor, $0, data.isEmpty ? 1 : 2)
                }
            })
    }

    private func ipv4HeaderLength(_ frame: Frame) -> Int {
        Int(frame.packet.load(as: UInt8.self) & 15) * 4
    }

    /// Makes the headers those of a part of the frame, `bytes` long.
    private func rebuild(
        _ packet: UnsafeMutableRawPointer, _ frame: Frame, first: Int, count: Int,
        bytes: Int
    ) {
        let isLast = first + count == frame.segments
        let tcp = packet + frame.transportOffset
        let length = frame.dataOffset + bytes
        if frame.isIPv6 {
            packet.storeBigEndian(UInt16(truncatingIfNeeded: length - 40), at: 4)
        } else {
            packet.storeBigEndian(UInt16(truncatingIfNeeded: length), at: 2)
            packet.storeBigEndian(
                packet.loadBigEndian(at: 4) &+ UInt16(truncatingIfNeeded: first), at: 4)
        }
        let sequence = UInt32(bigEndian: tcp.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let offset = UInt32(truncatingIfNeeded: first * frame.segmentSize)
        tcp.storeBytes(of: (sequence &+ offset).bigEndian, toByteOffset: 4, as: UInt32.self)
        var flags = tcp.load(fromByteOffset: 13, as: UInt8.self)
        // FIN and PSH belong to the last segment, CWR to the first (RFC 3168, 6.1.2).
        if !isLast { flags &= ~0x09 }
        if first > 0 { flags &= ~0x80 }
        tcp.storeBytes(of: flags, toByteOffset: 13, as: UInt8.self)
        // The field has the pseudo-header's sum; only the length in it changes.
        let old = UInt16(truncatingIfNeeded: frame.length - frame.transportOffset)
        let new = UInt16(truncatingIfNeeded: length - frame.transportOffset)
        tcp.storeBigEndian(
            InternetChecksum.fold(
                UInt32(tcp.loadBigEndian(at: 16)) + UInt32(~old) + UInt32(new)), at: 16)
        var header = space.load(as: cshim_vnet_header.self)
        if count == 1 {
            header.hdr.gso_type = UInt8(VIRTIO_NET_HDR_GSO_NONE)
            header.hdr.gso_size = 0
        } else if first > 0 {
            header.hdr.gso_type &= Self.gsoTypeMask
        }
        space.storeBytes(of: header, as: cshim_vnet_header.self)
    }

    private mutating func note(_ result: Int) {
        guard result < 0 else { return }
        failures += 1
        lastErrno = errno
    }
}
