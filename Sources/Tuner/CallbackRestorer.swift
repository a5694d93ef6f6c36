import BPF
import BPFPrograms
import CTcptuneABI
import Host

/// Gives connections the callbacks back that another program has cleared.
///
/// Its programs stay loaded for as long as the maps are the same: a look is a walk over the
/// connections that are tuned, and no more where none has lost any.
package final class CallbackRestorer {
    /// What came of a look.
    package struct Report: Sendable {
        /// Connections that have them again, by the key of their attachment.
        package fileprivate(set) var restored: [UInt64: Int] = [:]
        /// Those that stay without: this kernel's iterators can't set them.
        package fileprivate(set) var refused = 0
    }

    private let tuner: Tuner
    private var programs: Programs?

    package init(_ tuner: Tuner) {
        self.tuner = tuner
    }

    /// Looks at the connections of attachments that are counted. They are found wherever they are,
    /// and get theirs back in the network namespaces of their cgroups' processes.
    package func restore(on attachments: [Attachment]) throws(TunerError) -> Report {
        guard !attachments.isEmpty, let maps = try tuner.sharedMaps() else {
            // Maps that nobody else has any more go.
            programs = nil
            return Report()
        }
        let owners = try kernel { () throws(BPFError) in
            if programs?.connections != maps.connections.info.id { programs = try Programs(maps) }
            return try programs?.owners() ?? []
        }
        let lost = attachments.filter { owners.contains($0.id) }
        guard !lost.isEmpty else { return Report() }
        let cgroups = try host { () throws(HostError) in
            try lost.map { (attachment) throws(HostError) in
                try tuner.hierarchy.cgroup(id: attachment.cgroupID)
            }.compactMap { $0 }
        }
        let namespaces = try tuner.namespaces(of: cgroups, .besideProcesses)
        return try programs?.restore(lost.map(\.id)) { (iterator) throws(TunerError) in
            try tuner.run(iterator, in: namespaces)
        } ?? Report()
    }
}

/// The programs of `bpf/iter/lost_callbacks.bpf.c`.
private struct Programs: ~Copyable {
    /// Which shared maps they use.
    let connections: UInt32
    private let restored: Map
    private let finder, restorer: Iterator

    init(_ maps: borrowing SharedMaps) throws(BPFError) {
        var object = try Object(BPFPrograms.lost_callbacks)
        try maps.share(with: object)
        try object.load()
        let finder = try Iterator(
            try object.program(named: "find_lost"), over: maps.connections)
        let restorer = try Iterator(try object.program(named: "restore"))
        restored = try object.map(named: "restored")
        connections = maps.connections.info.id
        self.finder = finder
        self.restorer = restorer
    }

    /// The attachments with connections that have lost theirs.
    func owners() throws(BPFError) -> Set<UInt64> {
        var owners: Set<UInt64> = []
        try finder.forEachRecord(of: UInt64.self) { owners.insert($0) }
        return owners
    }

    /// - Parameter run: runs an iterator wherever their sockets can be.
    func restore(
        _ attachments: [UInt64], run: (borrowing Iterator) throws(TunerError) -> Void
    ) throws(TunerError) -> CallbackRestorer.Report {
        try kernel { () throws(BPFError) in
            for attachment in attachments { try restored.update(attachment, to: tt_restored()) }
        }
        try run(restorer)
        return try kernel { () throws(BPFError) in
            var report = CallbackRestorer.Report()
            for attachment in attachments {
                guard let result = try restored.value(for: attachment, as: tt_restored.self)
                else { continue }
                report.refused += Int(result.refused)
                if result.connections > 0 {
                    report.restored[attachment] = Int(result.connections)
                }
                try restored.remove(attachment)
            }
            return report
        }
    }
}
