import Telemetry

/// An event for people.
extension Event {
    /// What there is to say beside the addresses and the profile.
    func words(_ names: EventNames) -> String {
        var parts: [String]
        switch kind {
        case .opened, .adopted: parts = [choice]
        case .established: parts = ["after " + Format.microseconds(Double(age) / 1000)]
        case .closed, .failed: parts = ["\(endingWords) after " + duration, summary]
        case .released: parts = ["after " + duration, summary]
        default: parts = [names.options(self).joined(separator: ", ")]
        }
        parts += optionFailures.map { "\($0.option) refused: \($0.reason)" }
        if let peer = names.peer(self) { parts.append("peer " + peer) }
        return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// The controller and who chose it.
    private var choice: String {
        let name = connection.congestionControl
        let rule = connection.rule
        switch controllerSource {
        case .rule: return "\(name) by rule \(rule)"
        case .base: return "\(name) by the profile" + (rule > 0 ? ", rule \(rule)" : "")
        case .host: return "\(name), the host's" + (rule > 0 ? ", rule \(rule)" : "")
        case nil: return name
        }
    }

    private var duration: String { Format.microseconds(Double(age) / 1000) }

    private var endingWords: String {
        ending == .other ? error.map { "\($0)" } ?? "ended" : ending?.rawValue ?? ""
    }

    private var summary: String {
        guard kind != .failed else { return "" }
        return "sent " + Format.bytes(connection.bytesSent)
            + ", received " + Format.bytes(connection.bytesReceived)
            + ", \(connection.retransmits) retransmits, min RTT "
            + Format.microseconds(minimumRTT.map(Double.init))
    }

    /// nil: not known.
    private var minimumRTT: UInt32? {
        connection.minimumRTT == .max ? nil : connection.minimumRTT
    }
}

/// An event for programs; docs/events.md lists the members.
extension Event {
    /// All but the time.
    func json(_ names: EventNames) -> [String: JSON] {
        let connection = connection
        var members: [String: JSON] = [
            "cgroup": attachment.map { .string("/" + $0.cgroup) } ?? .null,
            "congestionControl": .string(connection.congestionControl),
            "controllerFrom": controllerSource.map { .string($0.rawValue) } ?? .null,
            "cookie": .unsigned(connection.cookie),
            "direction": .string(connection.isInbound ? "inbound" : "outbound"),
            "event": .string(kind.rawValue),
            "local": .string(connection.localAddress.description),
            "networkNamespace": .integer(Int(connection.networkNamespace)),
            "peer": connection.peer.map { PeerLine($0, names.peers, now: time).json } ?? .null,
            "profile": attachment.map { .string($0.profile) } ?? .null,
            "remote": .string(connection.remoteAddress.description),
            "rule": .integer(connection.rule),
        ]
        switch kind {
        case .opened, .established, .adopted:
            members["optionFailures"] = .array(
                optionFailures.map {
                    .object(["option": .string($0.option), "reason": .string($0.reason)])
                })
        case .closed, .failed, .released: break
        default: members["headerOptions"] = .array(names.options(self).map { .string($0) })
        }
        if kind != .opened { members["ageSeconds"] = .number(Double(age) / 1e9) }
        if let ending {
            members["ending"] = .string(ending.rawValue)
            members["error"] = error.map { .string("\($0)") } ?? .null
        }
        if kind == .closed || kind == .failed || kind == .released {
            members.merge(statistics) { first, _ in first }
        }
        return members
    }

    /// What became of the connection.
    private var statistics: [String: JSON] {
        let connection = connection
        func known(_ value: UInt64) -> JSON { value == 0 ? .null : .unsigned(value) }
        return [
            "bytesAcked": .unsigned(connection.bytesAcked),
            "bytesReceived": .unsigned(connection.bytesReceived),
            "bytesRetransmitted": .unsigned(bytesRetransmitted),
            "bytesSent": .unsigned(connection.bytesSent),
            "congestionWindow": .integer(Int(connection.congestionWindow)),
            "dataSegmentsSent": .integer(Int(dataSegmentsSent)),
            "deliveryRateBytesPerSecond": known(connection.deliveryRate),
            "lost": .integer(Int(connection.lost)),
            "minimumRTTMicroseconds": minimumRTT.map { .integer(Int($0)) } ?? .null,
            "retransmits": .integer(Int(connection.retransmits)),
            "segmentsReceived": .integer(Int(segmentsReceived)),
            "segmentsSent": .integer(Int(segmentsSent)),
            "smoothedRTTMicroseconds": known(UInt64(connection.smoothedRTT)),
            "state": .string(connection.state),
        ]
    }
}
