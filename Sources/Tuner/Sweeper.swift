import BPF
import CongestionControl
import SystemPackage

/// Removes what nothing needs any more.
struct Sweeper {
    /// What was removed, and what has to wait.
    struct Report {
        /// Attachments of cgroups that are gone, by the path they had.
        var goneCgroups: [String] = []
        /// Attachments that an interrupted apply or detach left half made, or another tool took off.
        var halfMade: [UInt64] = []
        var unregistered: [String] = []
        /// Controllers that nothing uses but open connections, and how many of those.
        var lingering: [(name: String, sockets: Int)] = []
        /// What runs on cgroups.
        var programs: Set<UInt32> = []
    }

    let layout: PinLayout
    let files: PinDirectory
    let reader: StateReader
    let writer: AttachmentWriter
    let registry: ControllerRegistry

    /// - Parameter keeping: registered names that are about to be used; nil: nothing is, so that
    ///   empty directories go too.
    func sweep(keeping: Set<String>? = nil) throws(TunerError) -> Report {
        var report = Report()
        try sweepAttachments(&report)
        try kernel { () throws(BPFError) in try EventMaps.open(layout)?.sweep(layout) }
        var used = keeping ?? []
        for program in report.programs {
            let controllers = try reader.policy(of: program)?.controllers ?? []
            used.formUnion(controllers.compactMap { $0?.registeredName })
        }
        try kernel { () throws(BPFError) in
            for name in try registry.names() {
                let isLoaded = try registry.find(name)?.isLoaded ?? false
                if isLoaded || used.contains(name) {
                    try registry.removeUnusedVersions(of: name)
                    continue
                }
                let sockets = try registry.unregister(name)
                if sockets == 0 {
                    report.unregistered.append(name)
                } else {
                    report.lingering.append((name, sockets))
                }
            }
            if report.programs.isEmpty && keeping == nil { try removeDirectories() }
        }
        return report
    }

    private func sweepAttachments(_ report: inout Report) throws(TunerError) {
        for cgroup in try reader.cgroups() {
            let standing = try reader.standing(of: cgroup)
            if let standing, standing.state == .active {
                report.programs.insert(standing.program)
                try kernel { () throws(BPFError) in
                    try OptionPrograms.removeStale(
                        in: layout.attachment(cgroup), except: standing.program, files)
                }
                continue
            }
            let record = try reader.record(of: cgroup)
            if standing?.state == .cgroupGone {
                report.goneCgroups.append(record?.cgroup ?? String(cgroup))
            } else {
                report.halfMade.append(cgroup)
            }
            try kernel { () throws(BPFError) in
                try writer.detach(cgroup, attachment: record?.attachment)
            }
        }
    }

    /// The last attachment is gone: so is everything, but for controllers that sockets still run
    /// or that are loaded without a profile, and for what listeners to events wait at.
    ///
    /// - Parameter leaving: the slot of a listener that is about to go.
    func removeDirectories(leaving slot: Int? = nil) throws(BPFError) {
        try SharedMaps.remove(layout, files)
        _ = try files.removeDirectory(layout.attachments)
        let isListened = EventMaps.isListened(layout, leaving: slot)
        if !isListened { try EventMaps.remove(layout, files) }
        guard try registry.names().isEmpty else { return }
        _ = try files.removeDirectory(layout.controllers)
        guard !isListened else { return }
        _ = try files.removeDirectory(layout.root)
        _ = try files.removeDirectory(layout.base)
    }
}
