import CLibbpf
import Glibc
import SystemPackage

/// An attachment of a program or of a struct_ops map; it ends with the last descriptor and pin.
package struct Link: ~Copyable {
    let handle: OwnedDescriptor

    init(_ handle: consuming OwnedDescriptor) {
        self.handle = handle
    }

    /// Opens the link with this id; `.notFound` when it's gone.
    package init(id: UInt32) throws(BPFError) {
        handle = try opened(bpf_link_get_fd_by_id(id), "link", id: id)
    }

    /// Opens a pinned link; nil when nothing is pinned there.
    package static func open(pinned path: FilePath) throws(BPFError) -> Link? {
        guard let handle = try openPin(path, kind: "link") else { return nil }
        let link = Link(handle)
        _ = try link.info()
        return link
    }

    /// The id of every link on the host.
    package static func ids() throws(BPFError) -> [UInt32] {
        try collectIDs(kind: "link", next: bpf_link_get_next_id)
    }

    package func pin(at path: FilePath) throws(BPFError) {
        try BPF.pin(handle.raw, at: path, kind: "link")
    }

    package func info() throws(BPFError) -> LinkInfo {
        try LinkInfo(of: handle.raw)
    }

    /// Replaces the program: every event is seen by the old one or by the new one.
    ///
    /// Throws `.detached` when the cgroup is gone.
    package func update(program: borrowing Program) throws(BPFError) {
        try update(to: program.handle.raw)
    }

    /// Replaces a controller: new connections get the new one. Kernel 6.4.
    package func update(map: borrowing Map) throws(BPFError) {
        try update(to: map.handle.raw)
    }

    private func update(to descriptor: CInt) throws(BPFError) {
        let result = bpf_link_update(handle.raw, descriptor, nil)
        try check(result, otherwise: .attach, "update the link", describe())
    }

    /// Ends the attachment although descriptors and pins remain.
    package func detach() throws(BPFError) {
        try check(bpf_link_detach(handle.raw), otherwise: .attach, "detach the link", describe())
    }

    private func describe() -> String {
        (try? info()).map { "link \($0.id)" } ?? "a link"
    }
}

/// What the kernel says about a link.
package struct LinkInfo: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// `id` is the cgroup's inode number; 0 when the cgroup is gone.
        case cgroup(id: UInt64, type: CgroupAttachType)
        case structOps(mapID: UInt32)
        /// `target` as in the program's section, `tcp` of `iter/tcp`.
        case iterator(target: String)
        /// `enum bpf_link_type`.
        case other(UInt32)
    }

    package let id: UInt32
    /// 0 for a struct_ops link.
    package let programID: UInt32
    package let kind: Kind

    init(of descriptor: CInt) throws(BPFError) {
        var info = bpf_link_info()
        try readInfo(into: &info, of: descriptor, kind: "link")
        id = info.id
        programID = info.prog_id
        switch info.type {
        case BPF_LINK_TYPE_CGROUP.rawValue:
            kind = .cgroup(
                id: info.cgroup.cgroup_id,
                type: CgroupAttachType(rawValue: info.cgroup.attach_type))
        case BPF_LINK_TYPE_STRUCT_OPS.rawValue:
            // The map's id is first in the union; headers before 6.4 have no name for it.
            kind = .structOps(mapID: info.xdp.ifindex)
        case BPF_LINK_TYPE_ITER.rawValue:
            kind = .iterator(target: try Self.iteratorTarget(of: descriptor))
        default:
            kind = .other(info.type)
        }
    }

    private static func iteratorTarget(of descriptor: CInt) throws(BPFError) -> String {
        let name = RawMemory(byteCount: 64)
        var info = bpf_link_info()
        info.iter.target_name = kernelAddress(name.base)
        info.iter.target_name_len = UInt32(name.bytes.count)
        try readInfo(into: &info, of: descriptor, kind: "link")
        return String(decoding: name.bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
