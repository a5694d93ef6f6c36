import CLibbpf
import Glibc

/// What the kernel has, found out by system calls that leave nothing behind.
package enum KernelProbes {
    /// Atomic instructions beyond addition. Kernel 5.12.
    package static func hasAtomics() throws(BPFError) -> Bool {
        // r0 = 0; *(u64 *)(r10 - 8) = r0; r0 = cmpxchg(r10 - 8, r0, r0); exit
        let instructions: [UInt64] = [0xb7, 0xfff8_0a7b, 0xf1_fff8_0adb, 0x95]
        let result = instructions.withUnsafeBytes {
            bpf_prog_load(
                BPF_PROG_TYPE_SOCKET_FILTER, "probe", "GPL",
                $0.assumingMemoryBound(to: bpf_insn.self).baseAddress, $0.count / 8, nil)
        }
        return try isPresent(result, "atomic instructions")
    }

    package static func has(mapType: MapType) throws(BPFError) -> Bool {
        let result = libbpf_probe_bpf_map_type(bpf_map_type(mapType.rawValue), nil)
        if result < 0 { try check(result, otherwise: .load, "probe the kernel for", "map types") }
        return result == 1
    }

    /// Links of programs to cgroups. Kernel 5.7.
    package static func hasCgroupLinks(_ program: borrowing Program) throws(BPFError) -> Bool {
        // The program is looked at first, then the cgroup, which there isn't.
        let result = bpf_link_create(
            program.handle.raw, -1, CgroupAttachType.sockOps.imported, nil)
        return try isPresent(result, "cgroup links")
    }

    /// Links that get another program in one step. Kernel 5.7.
    package static func hasLinkUpdates() throws(BPFError) -> Bool {
        try isPresent(bpf_link_update(-1, -1, nil), "link updates")
    }

    /// Maps that live as long as a program. Kernel 5.10.
    package static func hasBoundMaps() throws(BPFError) -> Bool {
        try isPresent(bpf_prog_bind_map(-1, -1, nil), "bound maps")
    }

    /// Whether the kernel's own type information has this value of an enumeration.
    package static func hasEnumerator(_ name: String) -> Bool {
        guard let types = btf__load_vmlinux_btf() else { return false }
        defer { btf__free(types) }
        let btf = BTF(types)
        return btf.typeIDs.contains { id in
            guard let type = btf.type(id), btf_is_any_enum(type) else { return false }
            return btf.cases(type)[name] != nil
        }
    }

    /// EINVAL says that the kernel doesn't know the call, anything else that it looked at what it was
    /// given.
    private static func isPresent(_ result: CInt, _ what: String) throws(BPFError) -> Bool {
        if result >= 0 {
            close(result)
            return true
        }
        if result == -EPERM || result == -EACCES {
            throw BPFError(
                errno: EPERM, otherwise: .permission, what: "probe the kernel for", subject: what)
        }
        return result != -EINVAL
    }
}
