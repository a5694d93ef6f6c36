import BPF
import CTcptuneABI
import Tuner

/// What the peers of one attachment's connections that say they are the same said in all.
public struct PeerStatistics: Sendable, Equatable {
    public let identity: PeerIdentity
    /// Connections whose peer said so.
    public let connections: UInt64
    /// Telemetry options received.
    public let reports: UInt64
    /// The peers' smoothed RTTs, microseconds.
    public let rtt: Histogram
    /// The peers' congestion windows, segments.
    public let congestionWindow: Histogram
    /// Queueing delay from the peers to here, microseconds.
    public let delayIn: Histogram
    /// Queueing delay from here to the peers, microseconds, as they measured it.
    public let delayOut: Histogram

    init(_ identity: PeerIdentity, _ bytes: UnsafeRawBufferPointer) {
        self.identity = identity
        connections = bytes.loadUnaligned(
            fromByteOffset: Int(TT_PEER_STATISTICS_CONNECTIONS), as: UInt64.self)
        reports = bytes.loadUnaligned(
            fromByteOffset: Int(TT_PEER_STATISTICS_TELEMETRY), as: UInt64.self)
        func histogram(
            _ buckets: some BinaryInteger, _ counts: some BinaryInteger, _ sum: some BinaryInteger
        )
            -> Histogram
        {
            var histogram = Histogram(buckets: Int(buckets))
            histogram.add(bytes, counts: Int(counts), sum: Int(sum))
            return histogram
        }
        rtt = histogram(
            TT_STATISTICS_RTT_COUNT, TT_PEER_STATISTICS_RTT, TT_PEER_STATISTICS_RTT_SUM)
        congestionWindow = histogram(
            TT_STATISTICS_CWND_COUNT, TT_PEER_STATISTICS_CWND, TT_PEER_STATISTICS_CWND_SUM)
        delayIn = histogram(
            TT_STATISTICS_RTT_COUNT, TT_PEER_STATISTICS_DELAY_IN,
            TT_PEER_STATISTICS_DELAY_IN_SUM)
        delayOut = histogram(
            TT_STATISTICS_RTT_COUNT, TT_PEER_STATISTICS_DELAY_OUT,
            TT_PEER_STATISTICS_DELAY_OUT_SUM)
    }
}

extension Telemetry {
    /// What peers said of themselves, by attachment in their order; those who spoke most first.
    ///
    /// Bounded: what finds no room stands under an identity of its own (``PeerIdentity/isRest``).
    public func peers(of attachments: [Attachment]) throws(TunerError) -> [[PeerStatistics]] {
        guard attachments.contains(where: \.hasHeaderOptions), let maps = try tuner.sharedMaps()
        else { return attachments.map { _ in [] } }
        var found: [UInt64: [PeerStatistics]] = [:]
        func add(_ key: tt_peer_key, _ value: UnsafeRawBufferPointer) {
            let statistics = PeerStatistics(
                PeerIdentity(workload: key.workload, profile: key.profile), value)
            if statistics.connections > 0 || statistics.reports > 0 {
                found[key.attachment, default: []].append(statistics)
            }
        }
        do throws(BPFError) {
            // What is pinned may be another build's.
            let size = Int(TT_PEER_STATISTICS_SIZE)
            try maps.peers.require(keySize: MemoryLayout<tt_peer_key>.size, valueSize: size)
            try maps.peerRest.require(keySize: MemoryLayout<UInt64>.size, valueSize: size)
            try maps.peers.forEachRaw { (key, value) throws(BPFError) in
                add(key.loadUnaligned(as: tt_peer_key.self), value)
            }
            try maps.peerRest.forEachRaw { (key, value) throws(BPFError) in
                let attachment = key.loadUnaligned(as: UInt64.self)
                let rest = tt_peer_key(
                    attachment: attachment, workload: TT_PEER_REST, profile: TT_PEER_REST)
                add(rest, value)
            }
        } catch {
            throw TunerError(error)
        }
        return attachments.map { attachment in
            (found[attachment.id] ?? []).sorted {
                ($0.reports, $0.connections, $0.identity.workload)
                    > ($1.reports, $1.connections, $1.identity.workload)
            }
        }
    }
}
