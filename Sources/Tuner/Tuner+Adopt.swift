import BPF
import CTcptuneABI
import Host
import Profiles

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
        _ loaded: borrowing LoadedAdoption, on cgroups: [Cgroup],
        in search: SocketSearch = .everywhere
    ) throws(TunerError) -> ApplyReport.Adopted {
        let namespaces = try namespaces(of: cgroups, search)
        guard !namespaces.isEmpty else {
            return ApplyReport.Adopted(connections: 0, withoutCallbacks: 0, deafListeners: 0)
        }
        let taken = Set(cgroups.map(\.id))
        let reader = reader
        let attachments = try kernel { () throws(BPFError) in
            try loaded.object.map(named: "attachments")
        }
        for cgroup in try reader.cgroups() {
            guard let standing = try reader.standing(of: cgroup), standing.state == .active
            else { continue }
            let hasHeaders = try reader.policy(of: standing.program)?.headers ?? 0 != 0
            let take =
                (taken.contains(cgroup) ? TT_ADOPT_MEANT.rawValue : 0)
                | (hasHeaders ? TT_ADOPT_HEADERS.rawValue : 0)
            try kernel { () throws(BPFError) in
                try attachments.update(
                    cgroup,
                    to: tt_adoption(attachment: standing.attachment, take: UInt64(take)))
            }
        }
        try run(loaded.iterator, in: namespaces)
        return try kernel { () throws(BPFError) in
            let result = try loaded.object.map(named: "adopted").value(
                for: UInt32(0), as: tt_adoption_result.self)
            return ApplyReport.Adopted(
                connections: Int(result?.connections ?? 0),
                withoutCallbacks: Int(result?.without_callbacks ?? 0),
                deafListeners: Int(result?.listeners_without_callbacks ?? 0))
        }
    }

    /// Takes open connections of cgroups over, which have the profile already.
    package func takeOver(
        _ profile: Profile, on targets: [Target], in search: SocketSearch
    ) throws(TunerError) -> ApplyReport.Adopted {
        let cgroups = try resolve(targets).map(\.cgroup)
        let policy = try compile(profile)
        let names = Set(policy.registrations.map(\.instance.registeredName))
        return try change(keeping: names) { (_) throws(TunerError) in
            try adopt(try loadAdoption(policy, .connections), on: cgroups, in: search)
        }
    }

    /// Where the open sockets of cgroups can be.
    func namespaces(
        of cgroups: [Cgroup], _ search: SocketSearch
    ) throws(TunerError) -> [NetworkNamespace] {
        try host { () throws(HostError) in
            guard search == .besideProcesses else { return try NetworkNamespace.all(roots) }
            // One that is gone meanwhile has none.
            let processes = cgroups.map { (try? $0.processes(recursive: true)) ?? [] }
            return try NetworkNamespace.all(of: processes.joined(), roots)
        }
    }

    /// Runs a TCP iterator in every network namespace there is: it sees one at a time, and a
    /// controller's sockets can be in any.
    func runEverywhere(_ iterator: borrowing Iterator) throws(TunerError) {
        try run(iterator, in: host { () throws(HostError) in try NetworkNamespace.all(roots) })
    }

    func run(
        _ iterator: borrowing Iterator, in namespaces: [NetworkNamespace]
    ) throws(TunerError) {
        for namespace in namespaces {
            let result = try host { () throws(HostError) in
                try namespace.perform { () throws(BPFError) in try iterator.drain() }
            }
            _ = try kernel { () throws(BPFError) in try result.get() }
        }
    }
}
