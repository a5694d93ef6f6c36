import BPF
import CTcptuneABI
import Glibc
import SystemPackage

/// The maps that all attachments share (`bpf/sockops/maps.h`).
package struct SharedMaps: ~Copyable {
    /// Cgroup storage: which attachment a cgroup's program runs for.
    let identity: Map
    /// Counters and histograms by attachment, per CPU.
    package let statistics: Map
    /// Socket storage: whose connection a socket is.
    package let connections: Map
    /// Socket storage: what is kept of a connection with header options.
    let headerOptions: Map
    /// What peers said of themselves, by attachment and by who they say they are.
    package let peers: Map
    /// The same of all that found no room there, by attachment.
    package let peerRest: Map
    /// Destinations whose paths drop header options.
    package let refusals: Map
    /// Socket storage: what plug-ins' header options said.
    let optionValues: Map
    /// Whether there has ever been an entry in ``refusals``.
    let anyRefusals: Map

    static let names = [
        "identity", "statistics", "connections", "header_options", "peers", "peer_rest",
        "refusals", "option_values", "any_refusals",
    ]

    /// Each by its name; nil: one is missing.
    private init?(
        _ find: (String) throws(BPFError) -> Map?
    ) throws(BPFError) {
        guard let identity = try find("identity"), let statistics = try find("statistics"),
            let connections = try find("connections"),
            let headerOptions = try find("header_options"), let peers = try find("peers"),
            let peerRest = try find("peer_rest"), let refusals = try find("refusals"),
            let optionValues = try find("option_values"),
            let anyRefusals = try find("any_refusals")
        else { return nil }
        self.identity = identity
        self.statistics = statistics
        self.connections = connections
        self.headerOptions = headerOptions
        self.peers = peers
        self.peerRest = peerRest
        self.refusals = refusals
        self.optionValues = optionValues
        self.anyRefusals = anyRefusals
    }

    private func visit(
        _ body: (borrowing Map, String) throws(BPFError) -> Void
    ) throws(BPFError) {
        try body(identity, "identity")
        try body(statistics, "statistics")
        try body(connections, "connections")
        try body(headerOptions, "header_options")
        try body(peers, "peers")
        try body(peerRest, "peer_rest")
        try body(refusals, "refusals")
        try body(optionValues, "option_values")
        try body(anyRefusals, "any_refusals")
    }

    /// The pinned ones; nil when nothing is applied.
    static func open(_ layout: PinLayout) throws(BPFError) -> SharedMaps? {
        try SharedMaps { (name) throws(BPFError) in
            try Map.open(pinned: layout.maps.appending(name))
        }
    }

    /// The pinned ones, which must be there.
    static func open(pinned layout: PinLayout) throws(BPFError) -> SharedMaps {
        guard let maps = try open(layout) else {
            throw BPFError(.notFound, what: "open the shared maps", subject: "\(layout.maps)")
        }
        return maps
    }

    /// The pinned ones, or those of a program just loaded, pinned.
    static func open(
        _ layout: PinLayout, orPinThoseOf object: borrowing Object, _ files: PinDirectory
    ) throws(BPFError) -> SharedMaps {
        if let maps = try open(layout) { return maps }
        try files.makeDirectory(layout.maps)
        guard
            let maps = try SharedMaps({ (name) throws(BPFError) in try object.map(named: name) })
        else { throw BPFError(.notFound, what: "find the shared maps in", subject: "policy") }
        try remove(layout, files)  // what an interrupted start left
        try files.makeDirectory(layout.maps)
        try maps.visit { (map, name) throws(BPFError) in
            try map.pin(at: layout.maps.appending(name))
        }
        return maps
    }

    static func remove(_ layout: PinLayout, _ files: PinDirectory) throws(BPFError) {
        for name in names { _ = try files.unlink(layout.maps.appending(name)) }
        _ = try files.removeDirectory(layout.maps)
    }

    /// Has an object that isn't loaded yet use these.
    package func share(with object: borrowing Object) throws(BPFError) {
        try visit { (map, name) throws(BPFError) in try object.reuse(map, asMap: name) }
    }

    /// Makes or clears an attachment's statistics.
    ///
    /// - Parameter open: connections that are open already; they count as adopted, so that what
    ///   is open now stays the difference between those opened and those closed.
    func resetStatistics(of attachment: UInt64, open: UInt64 = 0) throws(BPFError) {
        let stride = (Int(TT_STATISTICS_SIZE) + 7) / 8 * 8
        var zeros = [UInt8](repeating: 0, count: stride * possibleCPUCount())
        zeros.withUnsafeMutableBytes {
            $0.storeBytes(
                of: open,
                toByteOffset: Int(TT_STATISTICS_COUNTERS) + Int(TT_ADOPTED.rawValue) * 8,
                as: UInt64.self)
        }
        try store(zeros, of: attachment)
    }

    /// The kernel allocates entries from a reserve that it fills up in the background: when many
    /// are made at once it can be empty for a moment.
    private func store(_ value: [UInt8], of attachment: UInt64) throws(BPFError) {
        for _ in 0..<100 {
            do throws(BPFError) {
                return try statistics.store(value, at: bytes(of: attachment))
            } catch  where error.errno == .noMemory {
                usleep(1000)
            }
        }
        try statistics.store(value, at: bytes(of: attachment))
    }

    func removeStatistics(of attachment: UInt64) throws(BPFError) {
        _ = try statistics.remove(attachment)
        _ = try peerRest.remove(attachment)
        for peer in try peers.keys(of: tt_peer_key.self) where peer.attachment == attachment {
            try peers.remove(peer)
        }
    }

    /// The entry for those peers that find no room of their own; kept if it's there.
    func makeRoomForPeers(of attachment: UInt64) throws(BPFError) {
        let key = bytes(of: attachment)
        guard try peerRest.load(at: key) == nil else { return }
        try peerRest.store(Array(repeating: 0, count: Int(TT_PEER_STATISTICS_SIZE)), at: key)
    }

    /// How many connections of an attachment are open.
    func openConnections(of attachment: UInt64) throws(BPFError) -> UInt64 {
        try statistics.require(keySize: 8, valueSize: Int(TT_STATISTICS_SIZE))
        return try statistics.withPerCPUValues(for: attachment) { bytes in
            let stride = statistics.info.valueStride
            func total(_ counter: tt_counter) -> UInt64 {
                let offset = Int(TT_STATISTICS_COUNTERS) + Int(counter.rawValue) * 8
                return Swift.stride(from: offset, to: bytes.count, by: stride).reduce(0) {
                    $0 &+ bytes.loadUnaligned(fromByteOffset: $1, as: UInt64.self)
                }
            }
            return total(TT_ACTIVE_OPENED) &+ total(TT_PASSIVE_OPENED) &+ total(TT_ADOPTED)
                &- total(TT_CLOSED)
        } ?? 0
    }
}
