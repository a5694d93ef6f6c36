import BPF
import CTcptuneABI
import Host
import Profiles
import SystemPackage

/// Puts a program on one cgroup and takes it off, so that a death at any instruction leaves what
/// the next apply, detach or sweep can tell and mend.
struct AttachmentWriter {
    let layout: PinLayout
    let files: PinDirectory

    /// A cgroup that has no attachment.
    ///
    /// The program does nothing until its identity is written, the last step: so no connection
    /// is tuned by an attachment that isn't whole.
    ///
    /// - Parameter peers: whether others may say something of themselves in header options.
    func attach(
        _ program: borrowing Program, to cgroup: Cgroup, _ maps: borrowing SharedMaps,
        record: AttachmentRecord, peers: Bool
    ) throws(TunerError) {
        let directory = try host { () throws(HostError) in try cgroup.open() }
        try kernel { () throws(BPFError) in
            try files.makeDirectory(layout.attachment(cgroup.id))
            do throws(BPFError) {
                try Map.holding(record, name: AttachmentRecord.mapName)
                    .pin(at: layout.record(cgroup.id))
                try OptionPrograms.pin(of: program, at: layout.attachment(cgroup.id))
                try maps.resetStatistics(of: record.attachment)
                if peers { try maps.makeRoomForPeers(of: record.attachment) }
                try program.attach(cgroup: directory.raw).pin(at: layout.link(cgroup.id))
                try putInForce(
                    cgroup.id,
                    tt_identity(
                        attachment: record.attachment,
                        workload: HeaderOption.identity(of: record.workload), reserved: 0), maps)
            } catch {
                try? detach(cgroup.id, attachment: record.attachment)
                throw error
            }
        }
    }

    /// Another program on a cgroup that has one, in one step.
    func replace(_ cgroup: UInt64, with program: borrowing Program) throws(BPFError) {
        guard let link = try Link.open(pinned: layout.link(cgroup)) else {
            throw BPFError(.notFound, what: "open the link", subject: "\(cgroup)")
        }
        try OptionPrograms.pin(of: program, at: layout.attachment(cgroup))
        try link.update(program: program)
    }

    private func putInForce(
        _ cgroup: UInt64, _ identity: tt_identity, _ maps: borrowing SharedMaps
    ) throws(BPFError) {
        try maps.identity.update(cgroup, to: identity)
    }

    /// Takes a cgroup's attachment off, whatever there is of it.
    func detach(_ cgroup: UInt64, attachment: UInt64?) throws(BPFError) {
        if let maps = try SharedMaps.open(layout) {
            if try maps.identity.value(for: cgroup, as: tt_identity.self) != nil {
                try putInForce(cgroup, tt_identity(), maps)
            }
            if let attachment { try maps.removeStatistics(of: attachment) }
        }
        // The kernel takes its time over a pin's last reference; this is done when it returns.
        if let link = try Link.open(pinned: layout.link(cgroup)) { try? link.detach() }
        _ = try files.unlink(layout.link(cgroup))
        _ = try files.unlink(layout.record(cgroup))
        try OptionPrograms.removeStale(in: layout.attachment(cgroup), except: nil, files)
        _ = try files.removeDirectory(layout.attachment(cgroup))
    }
}
