import BPF
import CTcptuneABI
import Host

extension Tuner {
    /// Takes open connections of cgroups over, or releases them to the host's default controller.
    func adopt(
        _ policy: CompiledPolicy, on cgroups: [Cgroup], release: Bool
    ) throws(TunerError) -> ApplyReport.Adopted {
        let taken = Set(cgroups.map(\.id))
        let all = try reader.attachments()
        let loaded = try kernel { () throws(BPFError) in
            try loader.loadAdoption(policy, release: release)
        }
        try kernel { () throws(BPFError) in
            let attachments = try loaded.object.map(named: "attachments")
            for attachment in all {
                try attachments.update(
                    attachment.cgroupID,
                    to: tt_adoption(
                        attachment: attachment.id, take: taken.contains(attachment.cgroupID) ? 1 : 0
                    ))
            }
        }
        try runEverywhere(loaded.iterator)
        return try kernel { () throws(BPFError) in
            let result = try loaded.object.map(named: "adopted").value(
                for: UInt32(0), as: tt_adoption_result.self)
            return ApplyReport.Adopted(
                connections: Int(result?.connections ?? 0),
                withoutCallbacks: Int(result?.without_callbacks ?? 0))
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
