import Exporter
import PlainText
import Telemetry

/// What a connection's peer said of itself, as `connections` shows it.
struct PeerLine {
    private let peer: PeerReport
    private let names: PeerNames
    /// CLOCK_MONOTONIC, nanoseconds.
    private let now: UInt64

    init(_ peer: PeerReport, _ names: PeerNames, now: UInt64) {
        self.peer = peer
        self.names = names
        self.now = now
    }

    /// Milliseconds since its last telemetry; nil: none has come.
    private var age: UInt64? { peer.heardAt.map { (now - min(now, $0)) / 1_000_000 } }

    /// With a newline.
    var text: String {
        var words = ["peer"]
        if let workload = names.workload(peer.identity) { words.append(workload) }
        if let profile = names.profile(peer.identity) { words.append("(\(profile))") }
        guard let age else { return "    " + Printable.line(words.joined(separator: " ")) + "\n" }
        let rate = peer.deliveryRate.map { Double($0) }
        return "    " + Printable.line(words.joined(separator: " "))
            + ": srtt \(Format.microseconds(Double(peer.smoothedRTT)))"
            + " min \(Format.microseconds(peer.minimumRTT.map { Double($0) }))"
            + " cwnd \(peer.congestionWindow) rate \(Format.rate(rate))"
            + " retrans \(peer.retransmits)"
            + " delay in \(Format.microseconds(peer.delayIn.map { Double($0) }))"
            + " out \(Format.microseconds(peer.delayOut.map { Double($0) }))"
            + ", \(age) ms ago\n"
    }

    var json: JSON {
        var members: [String: JSON] = [
            "workload": names.workload(peer.identity).map { .string($0) } ?? .null,
            "profile": names.profile(peer.identity).map { .string($0) } ?? .null,
        ]
        if let age {
            members.merge(
                [
                    "ageMilliseconds": .unsigned(age),
                    "congestionWindow": .integer(Int(peer.congestionWindow)),
                    "smoothedRTTMicroseconds": .integer(Int(peer.smoothedRTT)),
                    "minimumRTTMicroseconds": JSON(peer.minimumRTT.map { UInt64($0) }),
                    "deliveryRateBytesPerSecond": JSON(peer.deliveryRate),
                    "retransmits": .integer(Int(peer.retransmits)),
                    "delayFromPeerMicroseconds": JSON(peer.delayIn.map { UInt64($0) }),
                    "delayToPeerMicroseconds": JSON(peer.delayOut.map { UInt64($0) }),
                ], uniquingKeysWith: { first, _ in first })
        }
        return .object(members)
    }
}

extension Connection {
    /// Which options it offered and may send; nil: its profile has none.
    func headerOptionsJSON(_ names: HeaderOptionNames) -> JSON? {
        guard !names.all.isEmpty else { return nil }
        func list(_ indices: [Int]) -> JSON { .array(names.names(indices).map { .string($0) }) }
        return .object([
            "offered": list(offeredHeaderOptions),
            "negotiated": list(negotiatedHeaderOptions),
            "answered": .bool(peer != nil),
            "fellBack": .bool(headerFellBack),
            "withheld": .bool(headerWithheld),
            "abandoned": .bool(headerAbandoned),
        ])
    }
}
