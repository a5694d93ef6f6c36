import CLibbpf
import Glibc
import SystemPackage

/// A loaded program, kept loaded at least as long as this value.
package struct Program: ~Copyable {
    let handle: OwnedDescriptor

    init(_ handle: consuming OwnedDescriptor) {
        self.handle = handle
    }

    /// Opens the program with this id; `.notFound` when it's gone.
    package init(id: UInt32) throws(BPFError) {
        handle = try opened(bpf_prog_get_fd_by_id(id), "program", id: id)
    }

    /// Opens a pinned program; nil when nothing is pinned there.
    package static func open(pinned path: FilePath) throws(BPFError) -> Program? {
        guard let handle = try openPin(path, kind: "program") else { return nil }
        let program = Program(handle)
        _ = try program.info()
        return program
    }

    /// The id of every program on the host.
    package static func ids() throws(BPFError) -> [UInt32] {
        try collectIDs(kind: "program", next: bpf_prog_get_next_id)
    }

    /// Borrowed: valid while this value lives.
    package var descriptor: FileDescriptor { FileDescriptor(rawValue: handle.raw) }

    package func duplicate() throws(BPFError) -> Program {
        Program(try handle.duplicate(of: "a program"))
    }

    package func pin(at path: FilePath) throws(BPFError) {
        try BPF.pin(handle.raw, at: path, kind: "program")
    }

    package func info() throws(BPFError) -> ProgramInfo {
        try ProgramInfo(of: handle.raw)
    }

    /// Attaches to a cgroup, beside other programs there (BPF_F_ALLOW_MULTI).
    ///
    /// The program is detached when the last descriptor and pin of the link are gone. Kernel 5.7.
    package func attach(
        cgroup: FileDescriptor, as type: CgroupAttachType = .sockOps
    ) throws(BPFError) -> Link {
        let result = bpf_link_create(handle.raw, cgroup.rawValue, type.imported, nil)
        return Link(
            OwnedDescriptor(
                try check(
                    result, otherwise: .attach, "attach the program to the cgroup",
                    "descriptor \(cgroup.rawValue)")))
    }

    /// Ties the map's life to the program's, for data that no instruction refers to. Kernel 5.10.
    package func bind(_ map: borrowing Map) throws(BPFError) {
        let result = bpf_prog_bind_map(handle.raw, map.handle.raw, nil)
        if result == -EEXIST { return }
        try check(result, otherwise: .load, "bind the map to the program", map.name)
    }

    /// The ids of the programs attached to a cgroup, in the order they run; `effective` includes
    /// those inherited from the cgroups above.
    package static func attached(
        toCgroup cgroup: FileDescriptor, as type: CgroupAttachType = .sockOps,
        effective: Bool = false
    ) throws(BPFError) -> [UInt32] {
        var capacity: UInt32 = 64
        while true {
            var count = capacity
            var result: CInt = 0
            let ids = [UInt32](unsafeUninitializedCapacity: Int(capacity)) { ids, filled in
                result = bpf_prog_query(
                    cgroup.rawValue, type.imported, effective ? UInt32(BPF_F_QUERY_EFFECTIVE) : 0,
                    nil, ids.baseAddress, &count)
                filled = result == 0 ? Int(count) : 0
            }
            if result != -ENOSPC {
                try check(
                    result, "list the programs of the cgroup", "descriptor \(cgroup.rawValue)")
                return ids
            }
            capacity *= 4
        }
    }
}

/// Where on a cgroup a program runs.
package struct CgroupAttachType: RawRepresentable, Hashable, Sendable {
    /// `enum bpf_attach_type`.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let sockOps = CgroupAttachType(rawValue: BPF_CGROUP_SOCK_OPS.rawValue)

    var imported: bpf_attach_type { bpf_attach_type(rawValue) }
}
