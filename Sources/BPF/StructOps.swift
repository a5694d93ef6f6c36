import CLibbpf
import Glibc
package import SystemPackage

/// A struct_ops map that is registered with the kernel: a congestion controller.
///
/// From kernel 6.4 on a link keeps it registered. Before, it stays registered until the map's only
/// key is deleted, and a pin of the map is what there is to find it by.
package struct StructOps: ~Copyable {
    package let map: Map
    /// nil: a kernel without struct_ops links.
    package let link: Link?

    init(map: consuming Map, link: consuming Link?) {
        self.map = map
        self.link = link
    }

    /// Opens a pinned registration; nil when the map isn't pinned, or its link isn't where the
    /// kernel has links.
    package static func open(
        pinnedMap: FilePath, pinnedLink: FilePath
    ) throws(BPFError) -> StructOps? {
        guard let map = try Map.open(pinned: pinnedMap) else { return nil }
        guard map.info.flags.contains(.structOpsLink) else {
            return StructOps(map: map, link: nil)
        }
        guard let link = try Link.open(pinned: pinnedLink) else { return nil }
        return StructOps(map: map, link: link)
    }

    /// Pins the map, and the link where there is one: the registration outlives the process.
    package func pin(map mapPath: FilePath, link linkPath: FilePath) throws(BPFError) {
        try map.pin(at: mapPath)
        switch link {
        case .some(let link): try link.pin(at: linkPath)
        case .none: break
        }
    }

    /// Takes the controller's name away; sockets that have it keep it until they close.
    ///
    /// Pins, which are the caller's to remove, don't keep it.
    package consuming func unregister() throws(BPFError) {
        switch link {
        case .some(let link): try link.detach()
        case .none: try map.remove(UInt32(0))
        }
    }

    /// How the kernel sees the map.
    package enum State: UInt32, Sendable {
        case new = 0
        /// Registered without a link, or no longer, but sockets have it.
        case inUse = 1
        case toBeFreed = 2
        /// Ready for a link, or registered by one.
        case ready = 3
    }

    package func state() throws(BPFError) -> State? {
        State(rawValue: try commonValue().state)
    }

    /// The sockets that have this controller, listening ones included, by the kernel's reference
    /// count.
    package func socketsInUse() throws(BPFError) -> Int {
        0
    }

    private func commonValue() throws(BPFError) -> (references: UInt32, state: UInt32) {
        let value = RawMemory(byteCount: map.info.valueSize)
        let key = RawMemory(byteCount: map.info.keySize)
        guard try map.lookup(key: key.bytes, into: value.mutableBytes) else {
            return (0, State.new.rawValue)
        }
        // bpf_struct_ops_common_value, the head of every struct_ops map's value.
        return (
            value.bytes.load(as: UInt32.self),
            value.bytes.load(fromByteOffset: 4, as: UInt32.self)
        )
    }
}

// Probes, by trying: creating a map for a type that isn't a struct_ops one fails after the kernel
// has looked at the flags.
extension StructOps {
    /// Kernel 5.6 with CONFIG_BPF_JIT and CONFIG_DEBUG_INFO_BTF.
    package static func isSupported() throws(BPFError) -> Bool {
        try kernelAccepts(flags: [])
    }

    /// Kernel 6.4.
    package static func linksSupported() throws(BPFError) -> Bool {
        try kernelAccepts(flags: .structOpsLink)
    }

    private static func kernelAccepts(flags: MapFlags) throws(BPFError) -> Bool {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout.size(ofValue: options)
        options.map_flags = flags.rawValue
        options.btf_vmlinux_value_type_id = 1
        let result = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "probe", 4, 4, 1, &options)
        switch result {
        case -Errno.notSupportedByKernel.rawValue: return true
        case -EPERM:
            throw BPFError(
                errno: EPERM, otherwise: .permission, what: "probe the kernel for",
                subject: "struct_ops")
        default:
            // Nothing is created: type 1 is an integer.
            if result >= 0 { close(result) }
            return false
        }
    }
}

extension Object {
    /// Asks for maps that a link registers, when the kernel has such.
    func requestStructOpsLinks() throws(BPFError) {
        for declaration in structOps {
            let result = bpf_map__set_map_flags(
                try find(map: declaration.map), MapFlags.structOpsLink.rawValue)
            try check(result, otherwise: .load, "prepare the struct_ops map", declaration.map)
        }
    }

    /// Registers a struct_ops map of the loaded object; `.exists` when its name is taken.
    package func register(structOps name: String) throws(BPFError) -> StructOps {
        let found = try find(map: name)
        let map = try map(named: name)

        // Fills the map with the operations. Without BPF_F_LINK that registers it; with it, libbpf
        // 1.1 stops there, and what it returns isn't a link of the kernel's.
        var failure: CInt = 0
        var filled: OpaquePointer?
        let log = captureLog {
            filled = bpf_map__attach_struct_ops(found)
            failure = errno
        }
        guard let filled else {
            throw BPFError(
                errno: failure, otherwise: .attach, what: "register", subject: name, log: log)
        }
        // Destroying it connected would delete what was filled in.
        bpf_link__disconnect(filled)
        bpf_link__destroy(filled)

        guard map.info.flags.contains(.structOpsLink) else {
            return StructOps(map: map, link: nil)
        }
        // BPF_STRUCT_OPS, not in older headers.
        let result = bpf_link_create(map.handle.raw, 0, bpf_attach_type(44), nil)
        let link = Link(OwnedDescriptor(try check(result, otherwise: .attach, "register", name)))
        return StructOps(map: map, link: link)
    }
}
