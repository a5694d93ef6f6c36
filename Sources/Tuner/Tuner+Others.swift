import BPF
import CongestionControl
import Host

/// What others have done to what is applied.
extension Tuner {
    /// The registered names of controllers that attachments use and that somebody unregistered:
    /// new connections don't get them.
    package func missingControllers(of attachments: [Attachment]) throws(TunerError) -> [String] {
        let used = Set(
            attachments.flatMap(\.controllers).compactMap { $0 }.filter(\.isBPF)
                .map(\.registeredName))
        return used.subtracting(try registeredControllers().map(\.name)).sorted()
    }

    /// Profiles on cgroups that no pin here names: their pins are in a BPF file system that
    /// another one was mounted over, or in another mount namespace's.
    package func unnamedAttachments() throws(TunerError) -> [(cgroup: String, profile: String)] {
        let known = Set(try reader.attachments().map(\.programID))
        var found: [(cgroup: UInt64, profile: String)] = []
        try kernel { () throws(BPFError) in
            for id in try Link.ids() {
                do throws(BPFError) {
                    let info = try Link(id: id).info()
                    guard case .cgroup(let cgroup, .sockOps) = info.kind, cgroup != 0,
                        !known.contains(info.programID),
                        let policy = try StateReader.policy(info.programID)
                    else { continue }
                    found.append((cgroup, policy.profile))
                } catch  where error.code == .notFound {
                    // It has gone meanwhile.
                }
            }
        }
        var result: [(cgroup: String, profile: String)] = []
        for (id, profile) in found {
            let cgroup = try host { () throws(HostError) in try hierarchy.cgroup(id: id) }
            result.append((cgroup?.name ?? "\(id)", profile))
        }
        return result
    }
}
