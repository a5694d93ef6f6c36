import BPF
import CongestionControl
import Host
import Profiles

/// How a profile is applied.
public struct ApplyOptions: Sendable {
    /// Take over connections that are open already.
    public var existing = false
    /// Start the statistics of cgroups that have some anew.
    public var resetStatistics = false
    /// Where open sockets are looked for.
    package var search = SocketSearch.everywhere

    public init(existing: Bool = false, resetStatistics: Bool = false) {
        self.existing = existing
        self.resetStatistics = resetStatistics
    }
}

/// In which network namespaces a cgroup's open sockets are looked for.
package enum SocketSearch: Sendable {
    /// In all of the host.
    case everywhere
    /// In those that the cgroup's processes are in: a node has one per pod.
    case besideProcesses
}

/// What an apply did.
public struct ApplyReport: Sendable {
    public let plan: Plan
    /// Open connections that were taken over; nil: it wasn't asked for.
    public let adopted: Adopted?
    /// Listeners open before that can't answer header options: on kernels without
    /// ``KernelFeature/iteratorCallbacks`` nothing can reach them.
    public let deafListeners: Int

    public struct Adopted: Sendable {
        public let connections: Int
        /// Of these, those whose round trips this kernel doesn't report: it has no
        /// ``KernelFeature/iteratorCallbacks``.
        public let withoutCallbacks: Int
        /// Listeners open before, whose SYN-ACKs can't carry header options on this kernel.
        public let deafListeners: Int
    }
}

extension Tuner {
    /// What ``apply(_:to:options:)`` would do; changes nothing.
    public func plan(_ profile: Profile, for targets: [Target]) throws(TunerError) -> Plan {
        try checkVersion()
        let policy = try compile(profile)
        return try plan(policy, for: try resolve(targets).map(\.cgroup), reader)
    }

    /// Puts a profile on cgroups: whole, or, on an error, not at all; open connections that were
    /// taken over before the error keep their controller.
    ///
    /// New connections of the cgroups get it at once. The program and each controller are loaded
    /// once, for any number of cgroups. A cgroup with another profile keeps its statistics.
    @discardableResult
    public func apply(
        _ profile: Profile, to targets: [Target], options: ApplyOptions = ApplyOptions()
    ) throws(TunerError) -> ApplyReport {
        let resolved = try resolve(targets)
        let cgroups = resolved.map(\.cgroup)
        let policy = try compile(profile)
        let names = Set(policy.registrations.map(\.instance.registeredName))
        return try change(keeping: names) { (report) throws(TunerError) in
            let reader = reader
            let plan = try plan(policy, for: cgroups, reader)
            var hasListeners = !policy.headers.isEmpty
            for cgroup in cgroups where !hasListeners {
                hasListeners = try reader.attachment(of: cgroup.id)?.hasHeaderOptions ?? false
            }
            let loaded = try program(for: policy, reader, among: report.programs)
            let adoption: LoadedAdoption? =
                if options.existing || hasListeners {
                    try loadAdoption(policy, options.existing ? .connections : .listeners)
                } else {
                    nil
                }
            try register(policy.registrations)
            return try attach(
                loaded, to: resolved, reader, hasHeaders: !policy.headers.isEmpty
            ) { () throws(TunerError) in
                if options.resetStatistics { try resetStatistics(of: cgroups) }
                switch adoption {
                case .some(let loaded):
                    let adopted = try adopt(loaded, on: cgroups, in: options.search)
                    return ApplyReport(
                        plan: plan, adopted: options.existing ? adopted : nil,
                        deafListeners: adopted.deafListeners)
                case .none:
                    return ApplyReport(plan: plan, adopted: nil, deafListeners: 0)
                }
            }
        }
    }

    private func plan(
        _ policy: CompiledPolicy, for cgroups: [Cgroup], _ reader: StateReader
    ) throws(TunerError) -> Plan {
        let registered = Dictionary(
            uniqueKeysWithValues: try registeredControllers().map { ($0.name, $0.version) })
        var steps: [Plan.Step] = []
        for cgroup in cgroups {
            var action = Plan.Action.attach
            if let current = try reader.attachment(of: cgroup.id), current.state == .active {
                action =
                    try isSame(current.programID, policy, reader)
                    ? .keep : .replace(profile: current.profile)
            }
            steps.append(Plan.Step(cgroup: cgroup.name, action: action))
        }
        return Plan(
            profile: policy.record.profile,
            registrations: policy.registrations
                .filter { registered[$0.instance.registeredName] == nil }
                .map(\.instance.label),
            updates: policy.registrations
                .filter {
                    let version = registered[$0.instance.registeredName]
                    return version != nil && version != $0.object.digest
                }
                .map(\.instance.label),
            passedOver: policy.passedOver, steps: steps, warnings: warnings(policy))
    }

    private func isSame(
        _ program: UInt32, _ policy: CompiledPolicy, _ reader: StateReader
    ) throws(TunerError) -> Bool {
        try reader.policy(of: program)?.isEquivalent(to: policy.record) ?? false
    }

    /// What puts one cgroup back as it was.
    private final class Undo {
        let cgroup: UInt64
        let attachment: UInt64
        /// Held, as nothing else may hold the one before; nil: there was none.
        let program: Program?

        init(_ cgroup: UInt64, _ attachment: UInt64, _ program: consuming Program?) {
            self.cgroup = cgroup
            self.attachment = attachment
            self.program = program
        }
    }

    /// Every cgroup gets the policy and what is to be done then is done, or each cgroup is put back
    /// as it was.
    private func attach(
        _ loaded: borrowing LoadedPolicy, to targets: [ResolvedTarget], _ reader: StateReader,
        hasHeaders: Bool, then finish: () throws(TunerError) -> ApplyReport
    ) throws(TunerError) -> ApplyReport {
        var done: [Undo] = []
        do throws(TunerError) {
            for target in targets {
                let step = try attach(loaded, to: target, reader, hasHeaders: hasHeaders)
                if let step { done.append(step) }
            }
            return try finish()
        } catch {
            for step in done.reversed() { try? undo(step) }
            throw error
        }
    }

    /// Nil: the cgroup has this program already.
    private func attach(
        _ loaded: borrowing LoadedPolicy, to target: ResolvedTarget, _ reader: StateReader,
        hasHeaders: Bool
    ) throws(TunerError) -> Undo? {
        let cgroup = target.cgroup
        guard let current = try reader.attachment(of: cgroup.id) else {
            let record = AttachmentRecord(
                attachment: KernelClock.boottime(), cgroup: cgroup.name, pod: target.pod,
                attachedAt: KernelClock.realtime() / 1_000_000_000)
            try writer.attach(
                loaded.program, to: cgroup, loaded.maps, record: record, peers: hasHeaders)
            return Undo(cgroup.id, record.attachment, nil)
        }
        return try kernel { () throws(BPFError) in
            guard try current.programID != loaded.program.info().id else { return nil }
            if hasHeaders { try loaded.maps.makeRoomForPeers(of: current.id) }
            let undo = Undo(cgroup.id, current.id, try Program(id: current.programID))
            try writer.replace(cgroup.id, with: loaded.program)
            return undo
        }
    }

    private func undo(_ step: Undo) throws(BPFError) {
        switch step.program {
        case .some(let program): try writer.replace(step.cgroup, with: program)
        case .none: try writer.detach(step.cgroup, attachment: step.attachment)
        }
    }

    /// One that is loaded already for the same, or a new one.
    private func program(
        for policy: CompiledPolicy, _ reader: StateReader, among programs: Set<UInt32>
    ) throws(TunerError) -> LoadedPolicy {
        for program in programs.sorted() where try isSame(program, policy, reader) {
            return try kernel { () throws(BPFError) in
                LoadedPolicy(
                    program: try Program(id: program),
                    maps: try SharedMaps.open(pinned: layout), options: nil)
            }
        }
        return try loader.loadPolicy(policy)
    }

    private func resetStatistics(of cgroups: [Cgroup]) throws(TunerError) {
        guard let maps = try sharedMaps() else { return }
        for cgroup in cgroups {
            guard let attachment = try reader.attachment(of: cgroup.id) else { continue }
            try kernel { () throws(BPFError) in
                let open = try maps.openConnections(of: attachment.id)
                try maps.resetStatistics(of: attachment.id, open: open)
            }
        }
    }

    /// Sockets' buffers are bounded by the host's, whoever sets them.
    private func warnings(_ policy: CompiledPolicy) -> [String] {
        var result: [String] = []
        for (name, sysctl) in [
            ("sendBuffer", "net.core.wmem_max"), ("receiveBuffer", "net.core.rmem_max"),
        ] {
            guard let bound = try? Sysctl(roots).integer(sysctl),
                let asked = policy.largest(name), asked > bound
            else { continue }
            result.append(
                "\(name): \(asked) bytes asked for, \(sysctl) allows \(bound): raise it to have more"
            )
        }
        return result
    }
}
