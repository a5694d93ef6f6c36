import BPF
import CTcptuneABI
import Host

extension Tuner {
    /// Which open sockets of cgroups are meant.
    enum AdoptionScope {
        /// Only listeners, for what their SYN-ACKs carry.
        case listeners
        /// Connections, too.
        case connections
    }

    /// What ``adopt(_:on:)`` runs; loading changes nothing.
    ///
    /// - Parameter release: give connections back to the host's default controller, and listeners
    ///   to no header options or an outer cgroup's.
    func loadAdoption(
        _ policy: CompiledPolicy, _ scope: AdoptionScope, release: Bool = false
    ) throws(TunerError) -> LoadedAdoption {
        try kernel { () throws(BPFError) in
            try loader.loadAdoption(policy, scope, release: release)
        }
    }

    /// Takes open sockets of cgroups over, or releases them.
    @discardableResult
    func adopt(
        _ loaded: borrowing LoadedAdoption, on cgroups: [Cgroup]
    ) throws(TunerError) -> ApplyReport.Adopted {
        let taken = Set(cgroups.map(\.id))
        let all = try reader.attachments()
        try kernel { () throws(BPFError) in
            let attachments = try loaded.object.map(named: "attachments")
            for attachment in all {
                try attachments.update(
                    attachment.cgroupID,
                    to: tt_adoption(
                        attachment: attachment.id,
                        take: UInt64(
                            (taken.contains(attachment.cgroupID) ? TT_ADOPT_MEANT.rawValue : 0)
                                | (attachment.hasHeaderOptions ? TT_ADOPT_HEADERS.rawValue : 0))))
            }
        }
        try runEverywhere(loaded.iterator)
        return try kernel { () throws(BPFError) in
            let result = try loaded.object.map(named: "adopted").value(
                for: UInt32(0), as: tt_adoption_result.self)
            return ApplyReport.Adopted(
                connections: Int(result?.connections ?? 0),
                withoutCallbacks: Int(result?.without_callbacks ?? 0),
                deafListeners: Int(result?.listeners_without_callbacks ?? 0))
        }
    }

    /// Runs a TCP iterator in every network namespace there is: it sees one at a time, and a
    /// cgroup's or a controller's sockets can be in any.
    func runEverywhere(_ iterator: borrowing Iterator) throws(TunerError) {
        for namespace in try host({ () throws(HostError) in try NetworkNamespace.all(roots) }) {
            let result = try host { () throws(HostError) in
                try namespace.perform { () throws(BPFError) in try iterator.drain() }
            }
            _ = try kernel { () throws(BPFError) in try result.get() }
        }
    }
}
