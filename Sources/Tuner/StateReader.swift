import BPF
import CTcptuneABI
import Host
import SystemPackage

/// Rebuilds what is applied from the pins alone.
struct StateReader {
    let layout: PinLayout
    let files: PinDirectory
    let hierarchy: CgroupHierarchy
    private let known = Known()

    /// How an attachment stands: what there is to know without reading its record.
    struct Standing {
        let state: Attachment.State
        /// 0 unless it is active.
        let attachment: UInt64
        let program: UInt32
    }

    /// What needn't be read twice while this lives.
    private final class Known {
        /// By program.
        var policies: [UInt32: PolicyRecord] = [:]
        var identity: OpenMap?
    }

    private final class OpenMap {
        let map: Map
        init(_ map: consuming Map) { self.map = map }
    }

    init(layout: PinLayout, files: PinDirectory, hierarchy: CgroupHierarchy) {
        self.layout = layout
        self.files = files
        self.hierarchy = hierarchy
    }

    /// The cgroups with an attachment, or with a directory of an interrupted apply.
    func cgroups() throws(TunerError) -> [UInt64] {
        try kernel { () throws(BPFError) in
            try files.list(layout.attachments).compactMap { UInt64($0) }
        }
    }

    /// All attachments, by cgroup.
    func attachments() throws(TunerError) -> [Attachment] {
        var result: [Attachment] = []
        for cgroup in try cgroups() {
            if let attachment = try attachment(of: cgroup) { result.append(attachment) }
        }
        return result.sorted { ($0.cgroup, $0.cgroupID) < ($1.cgroup, $1.cgroupID) }
    }

    /// One cgroup's; nil when there is none, or nothing but a directory of an interrupted apply.
    func attachment(of cgroup: UInt64) throws(TunerError) -> Attachment? {
        guard let standing = try standing(of: cgroup), let record = try record(of: cgroup),
            let policy = try policy(of: standing.program)
        else { return nil }
        let now = try host { () throws(HostError) in try hierarchy.cgroup(id: cgroup) }
        let isWhole = standing.state != .active || standing.attachment == record.attachment
        return Attachment(
            state: isWhole ? standing.state : .incomplete, cgroup: now?.name ?? record.cgroup,
            cgroupID: cgroup, pod: record.pod,
            id: record.attachment, profile: policy.profile, profileHash: policy.hash,
            profileText: policy.text, controllers: policy.controllers,
            passedOver: policy.passedOver, collectsStatistics: policy.collect != 0,
            hasHeaderOptions: policy.headers != 0, optionPlugins: policy.optionPlugins,
            programID: standing.program, attachedAt: record.attachedAt,
            appliedAt: policy.loadedAt)
    }

    /// The same, as far as a sweep needs it.
    func standing(of cgroup: UInt64) throws(TunerError) -> Standing? {
        let link = try kernel { () throws(BPFError) -> LinkInfo? in
            guard let link = try Link.open(pinned: layout.link(cgroup)),
                try Map.open(pinned: layout.record(cgroup)) != nil
            else { return nil }
            return try link.info()
        }
        guard let link, case .cgroup(let linked, _) = link.kind,
            try policy(of: link.programID) != nil
        else { return nil }
        guard linked != 0 else {
            let now = try host { () throws(HostError) in try hierarchy.cgroup(id: cgroup) }
            return Standing(
                state: now == nil ? .cgroupGone : .detached, attachment: 0,
                program: link.programID)
        }
        let attachment = try identity(of: cgroup)
        return Standing(
            state: attachment == 0 ? .incomplete : .active, attachment: attachment,
            program: link.programID)
    }

    /// What is recorded beside the link.
    func record(of cgroup: UInt64) throws(TunerError) -> AttachmentRecord? {
        try kernel { () throws(BPFError) in
            try Map.open(pinned: layout.record(cgroup))?.record(of: AttachmentRecord.self)
        }
    }

    /// For which attachment the cgroup's program knows that it runs: the last step of an apply. 0:
    /// for none.
    private func identity(of cgroup: UInt64) throws(TunerError) -> UInt64 {
        try kernel { () throws(BPFError) in
            if known.identity == nil,
                let map = try Map.open(pinned: layout.maps.appending("identity"))
            {
                known.identity = OpenMap(map)
            }
            let value = try known.identity?.map.value(for: cgroup, as: tt_identity.self)
            return value?.attachment ?? 0
        }
    }

    /// What a program was loaded for; nil: it isn't tcptune's.
    func policy(of program: UInt32) throws(TunerError) -> PolicyRecord? {
        if let policy = known.policies[program] { return policy }
        let policy = try kernel { () throws(BPFError) in try Self.policy(program) }
        known.policies[program] = policy
        return policy
    }

    /// What a program was loaded for: from the map that is bound to it.
    static func policy(_ program: UInt32) throws(BPFError) -> PolicyRecord? {
        // Bound last, it is the last. Others aren't opened: an array of programs that loses its last
        // descriptor twice before the kernel has emptied it is never freed (as of Linux 6.18).
        guard let id = try Program(id: program).info().mapIDs.last else { return nil }
        let map = try Map(id: id)
        guard map.name == PolicyRecord.mapName else { return nil }
        return try map.record(of: PolicyRecord.self)
    }
}
