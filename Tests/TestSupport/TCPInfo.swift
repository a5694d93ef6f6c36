import Glibc

/// struct tcp_info of linux/tcp.h, as the kernel fills it; fields that it doesn't know yet are 0.
package struct TCPInfo: Sendable, BitwiseCopyable {
    package let state: UInt8
    /// 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss
    package let congestionAvoidanceState: UInt8
    package let retransmits: UInt8
    package let probes: UInt8
    package let backoff: UInt8
    /// 1 timestamps, 2 SACK, 4 window scaling, 8 ECN negotiated, 16 ECN seen, 32 SYN with data
    package let options: UInt8
    private let windowScales: UInt8
    private let flags: UInt8
    /// us
    package let rto: UInt32
    /// us
    package let ato: UInt32
    /// bytes
    package let sndMSS: UInt32
    package let rcvMSS: UInt32
    /// segments
    package let unacked: UInt32
    package let sacked: UInt32
    package let lost: UInt32
    package let retrans: UInt32
    private let fackets: UInt32
    /// ms ago
    package let lastDataSent: UInt32
    private let lastACKSent: UInt32
    package let lastDataReceived: UInt32
    package let lastACKReceived: UInt32
    package let pmtu: UInt32
    package let rcvSsthresh: UInt32
    /// us, smoothed
    package let rtt: UInt32
    /// us
    package let rttvar: UInt32
    /// segments
    package let sndSsthresh: UInt32
    package let sndCwnd: UInt32
    package let advmss: UInt32
    package let reordering: UInt32
    /// us
    package let rcvRTT: UInt32
    package let rcvSpace: UInt32
    /// segments
    package let totalRetrans: UInt32
    /// bytes/s
    package let pacingRate: UInt64
    package let maxPacingRate: UInt64
    package let bytesAcked: UInt64
    package let bytesReceived: UInt64
    package let segsOut: UInt32
    package let segsIn: UInt32
    package let notsentBytes: UInt32
    /// us
    package let minRTT: UInt32
    package let dataSegsIn: UInt32
    package let dataSegsOut: UInt32
    /// bytes/s
    package let deliveryRate: UInt64
    /// us
    package let busyTime: UInt64
    package let rwndLimited: UInt64
    package let sndbufLimited: UInt64
    /// segments
    package let delivered: UInt32
    package let deliveredCE: UInt32
    package let bytesSent: UInt64
    package let bytesRetrans: UInt64
    package let dsackDups: UInt32
    package let reordSeen: UInt32
    package let rcvOutOfOrder: UInt32
    /// bytes
    package let sndWnd: UInt32

    init(socket: CInt) throws {
        var bytes = [UInt64](repeating: 0, count: MemoryLayout<TCPInfo>.size / 8)
        var length = socklen_t(MemoryLayout<TCPInfo>.size)
        try call(
            "getsockopt TCP_INFO",
            getsockopt(socket, CInt(IPPROTO_TCP), TCP_INFO, &bytes, &length))
        // The fields have C's order, sizes and natural alignment.
        self = bytes.withUnsafeBytes { $0.load(as: TCPInfo.self) }
    }

    package var sndWindowScale: UInt8 { windowScales & 15 }
    package var rcvWindowScale: UInt8 { windowScales >> 4 }
    /// Whether the application had nothing to send when the delivery rate was measured.
    package var deliveryRateIsApplicationLimited: Bool { flags & 1 != 0 }
}
