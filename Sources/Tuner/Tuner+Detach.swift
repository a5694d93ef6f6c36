import BPF
import CongestionControl
import Host
import Profiles

/// What a detach did.
public struct DetachReport: Sendable {
    /// Cgroups that have no profile any more, below the cgroup2 mount.
    public let cgroups: [String]
    /// Open connections that were given back to the host's default controller; nil: not asked for.
    public let released: Int?
    /// Controllers that stay registered until their open connections end.
    public let lingering: [LingeringController]
}

/// A BPF controller that no profile uses any more, but open connections do.
public struct LingeringController: Sendable {
    /// The kernel's name for it.
    public let name: String
    public let connections: Int
}

/// What a garbage collection removed.
public struct GarbageReport: Sendable {
    /// Attachments of cgroups that are gone, by the path they had.
    public let goneCgroups: [String]
    /// How many attachments interrupted changes had left half made.
    public let halfMade: Int
    /// Controllers that are unregistered now.
    public let unregistered: [String]
    public let lingering: [LingeringController]
}

extension Tuner {
    /// Takes profiles off cgroups: new connections are as if there had been none.
    ///
    /// - Parameter existing: give open connections the host's default controller. Otherwise they
    ///   keep what they have until they end; socket options stay in any case.
    @discardableResult
    public func detach(
        _ targets: [Target], existing: Bool = false
    ) throws(TunerError) -> DetachReport {
        let cgroups = try resolve(targets).map(\.cgroup)
        return try change { (report) throws(TunerError) in
            var attachments: [Attachment] = []
            for cgroup in cgroups {
                guard let attachment = try reader.attachment(of: cgroup.id) else {
                    // The sweep before this took it off, half made as it was.
                    if report.halfMade.contains(cgroup.id) { continue }
                    throw notApplied(cgroup)
                }
                attachments.append(attachment)
            }
            return try detach(attachments, existing)
        }
    }

    /// Takes every profile off.
    @discardableResult
    public func detachAll(existing: Bool = false) throws(TunerError) -> DetachReport {
        try change { (_) throws(TunerError) in
            try detach(try reader.attachments(), existing)
        }
    }

    /// Removes what belongs to cgroups that are gone, what interrupted changes left, and
    /// controllers that nothing uses any more.
    @discardableResult
    public func collectGarbage() throws(TunerError) -> GarbageReport {
        try change { (report) throws(TunerError) in
            GarbageReport(
                goneCgroups: report.goneCgroups, halfMade: report.halfMade.count,
                unregistered: report.unregistered,
                lingering: report.lingering.map {
                    LingeringController(name: $0.name, connections: $0.sockets)
                })
        }
    }

    private func detach(
        _ attachments: [Attachment], _ existing: Bool
    ) throws(TunerError) -> DetachReport {
        var released: ApplyReport.Adopted?
        if existing {
            released = try release(attachments, .connections)
        } else if try hasHeaderOptions() {
            // Listeners may also be an outer cgroup's from now on.
            try release(attachments, .listeners)
        }
        try kernel { () throws(BPFError) in
            for attachment in attachments {
                try writer.detach(attachment.cgroupID, attachment: attachment.id)
            }
        }
        let lingering = try sweeper.sweep().lingering
        return DetachReport(
            cgroups: attachments.map(\.cgroup), released: released?.connections,
            lingering: lingering.map {
                LingeringController(name: $0.name, connections: $0.sockets)
            })
    }

    /// Whether anything that is applied has some.
    private func hasHeaderOptions() throws(TunerError) -> Bool {
        let reader = reader
        for cgroup in try reader.cgroups() {
            guard let standing = try reader.standing(of: cgroup) else { continue }
            if try reader.policy(of: standing.program)?.headers ?? 0 != 0 { return true }
        }
        return false
    }

    @discardableResult
    private func release(
        _ attachments: [Attachment], _ scope: AdoptionScope
    ) throws(TunerError) -> ApplyReport.Adopted {
        var cgroups: [Cgroup] = []
        for attachment in attachments {
            let cgroup = try host { () throws(HostError) in
                try hierarchy.cgroup(id: attachment.cgroupID)
            }
            if let cgroup { cgroups.append(cgroup) }
        }
        let standard = try host { () throws(HostError) in
            try Kernel(roots).defaultCongestionControl()
        }
        let back = Profile(
            name: "release", congestionControl: CongestionControlChoice(algorithm: standard))
        return try adopt(try compile(back), scope, on: cgroups, release: true)
    }
}
