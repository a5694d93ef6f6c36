import BPF
import CTcptuneABI
import Host
import SystemPackage

/// Rebuilds what is applied from the pins alone.
struct StateReader {
    let layout: PinLayout
    let files: PinDirectory
    let hierarchy: CgroupHierarchy

    /// All attachments, by cgroup.
    func attachments() throws(TunerError) -> [Attachment] {
        var records: [UInt32: PolicyRecord] = [:]
        var result: [Attachment] = []
        for name in try kernel({ () throws(BPFError) in try files.list(layout.attachments) }) {
            guard let cgroup = UInt64(name) else { continue }
            if let attachment = try read(cgroup, &records) { result.append(attachment) }
        }
        return result.sorted { ($0.cgroup, $0.cgroupID) < ($1.cgroup, $1.cgroupID) }
    }

    /// One cgroup's; nil when there is none, or nothing but a directory of an interrupted apply.
    func attachment(of cgroup: UInt64) throws(TunerError) -> Attachment? {
        var records: [UInt32: PolicyRecord] = [:]
        return try read(cgroup, &records)
    }

    private func read(
        _ cgroup: UInt64, _ records: inout [UInt32: PolicyRecord]
    ) throws(TunerError) -> Attachment? {
        let pins = try kernel { () throws(BPFError) -> (LinkInfo, AttachmentRecord)? in
            guard let link = try Link.open(pinned: layout.link(cgroup)),
                let map = try Map.open(pinned: layout.record(cgroup))
            else { return nil }
            return (try link.info(), try map.record(of: AttachmentRecord.self))
        }
        guard let (link, record) = pins else { return nil }
        guard case .cgroup(let linked, _) = link.kind else { return nil }
        let program = link.programID
        if records[program] == nil {
            records[program] = try kernel { () throws(BPFError) in try Self.policy(program) }
        }
        guard let policy = records[program] else { return nil }
        let now = try host { () throws(HostError) in try hierarchy.cgroup(id: cgroup) }
        var state = Attachment.State.active
        if linked == 0 {
            state = now == nil ? .cgroupGone : .detached
        } else if try !isInForce(cgroup, record.attachment) {
            state = .incomplete
        }
        return Attachment(
            state: state, cgroup: now?.name ?? record.cgroup, cgroupID: cgroup,
            pod: record.pod,
            id: record.attachment, profile: policy.profile, profileHash: policy.hash,
            profileText: policy.text, controllers: policy.controllers,
            passedOver: policy.passedOver, collectsStatistics: policy.collect != 0,
            hasHeaderOptions: policy.headers != 0, optionPlugins: policy.optionPlugins,
            programID: program, attachedAt: record.attachedAt, appliedAt: policy.loadedAt)
    }

    /// Whether the cgroup's program knows for which attachment it runs: the last step of an apply.
    private func isInForce(_ cgroup: UInt64, _ attachment: UInt64) throws(TunerError) -> Bool {
        try kernel { () throws(BPFError) in
            guard let identity = try Map.open(pinned: layout.maps.appending("identity")) else {
                return false
            }
            let value = try identity.value(for: cgroup, as: tt_identity.self)
            return value?.attachment == attachment
        }
    }

    /// What a program was loaded for: from the map that is bound to it.
    static func policy(_ program: UInt32) throws(BPFError) -> PolicyRecord? {
        // It was bound last. The others aren't to be opened without need: each time that an array of
        // programs is closed again the kernel clears it later, and it loses a reference, and never
        // frees the array, where that happens twice before.
        for id in try Program(id: program).info().mapIDs.reversed() {
            let map = try Map(id: id)
            if map.name == PolicyRecord.mapName {
                return try map.record(of: PolicyRecord.self)
            }
        }
        return nil
    }
}
