import CLibbpf
import Glibc
import SystemPackage

/// A struct_ops map that is registered with the kernel: a congestion controller.
///
/// From kernel 6.4 on a link keeps it registered. Before, it stays registered until the map's only
/// key is deleted, and a pin of the map is what there is to find it by.
package struct StructOps: ~Copyable {
    package let map: Map
    /// nil: a kernel without struct_ops links.
    package let link: Link?

    /// Whether another version can take its place in one step.
    package var hasLink: Bool {
        switch link {
        case .some: true
        case .none: false
        }
    }

    init(map: consuming Map, link: consuming Link?) {
        self.map = map
        self.link = link
    }

    /// Opens a pinned registration; nil when there's none, or only what a process that died while
    /// registering left of it. With a link, the map can be one that another has replaced.
    package static func open(
        pinnedMap: FilePath, pinnedLink: FilePath
    ) throws(BPFError) -> StructOps? {
        guard let map = try Map.open(pinned: pinnedMap) else { return nil }
        guard map.info.type == .structOps else {
            throw BPFError(
                .badFormat, what: "open the pinned controller", subject: pinnedMap.string,
                hint: "another kind of map is pinned there")
        }
        guard map.info.flags.contains(.structOpsLink) else {
            let registered = StructOps(map: map, link: nil)
            guard try registered.isRegistered() else { return nil }
            return registered
        }
        guard let link = try Link.open(pinned: pinnedLink) else { return nil }
        return StructOps(map: map, link: link)
    }

    /// Takes the controller's name away; sockets that have it keep it until they close.
    ///
    /// Kernels from 6.4 to 6.9, which can't detach the link, do it when its pin is removed as well.
    package consuming func unregister() throws(BPFError) {
        switch link {
        case .some(let link):
            do {
                try link.detach()
            } catch {
                if error.code != .notSupported { throw error }
            }
        case .none:
            try map.remove(UInt32(0))
        }
    }

    /// The sockets that have this controller, by the kernel's reference count: connections,
    /// listening sockets, and those in TIME_WAIT no longer.
    package func socketsInUse() throws(BPFError) -> Int {
        // Each socket holds a reference, and so does the registration: descriptors and pins don't.
        return max(0, Int(try commonValue().references) - (try isRegistered() ? 1 : 0))
    }

    /// Whether new sockets get this one: it hasn't been unregistered or replaced.
    package func isRegistered() throws(BPFError) -> Bool {
        switch link {
        case .some(let link):
            // A detached link has no map.
            return try link.info().kind == .structOps(mapID: map.info.id)
        case .none:
            // BPF_STRUCT_OPS_STATE_INUSE: between INIT and, once unregistered, TOBEFREE.
            return try commonValue().state == 1
        }
    }

    /// bpf_struct_ops_common_value, the head of every struct_ops map's value.
    private func commonValue() throws(BPFError) -> (references: UInt32, state: UInt32) {
        let value = RawMemory(byteCount: map.info.valueSize)
        let key = RawMemory(byteCount: map.info.keySize)
        guard try map.lookup(key: key.bytes, into: value.mutableBytes) else { return (0, 0) }
        return (
            value.bytes.load(as: UInt32.self),
            value.bytes.load(fromByteOffset: MemoryLayout<UInt32>.size, as: UInt32.self)
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

    /// Registers a struct_ops map of the loaded object for as long as the result lives; `.exists`
    /// when its name is taken.
    package func register(structOps name: String) throws(BPFError) -> StructOps {
        let map = try map(named: name)
        try fill(structOps: name)
        guard map.info.flags.contains(.structOpsLink) else {
            return StructOps(map: map, link: nil)
        }
        // BPF_STRUCT_OPS, not in older headers.
        let result = bpf_link_create(map.handle.raw, 0, bpf_attach_type(44), nil)
        let link = Link(OwnedDescriptor(try check(result, otherwise: .attach, "register", name)))
        return StructOps(map: map, link: link)
    }

    /// Registers a struct_ops map of the loaded object until it's unregistered; `.exists` when its
    /// name or a pin is taken.
    ///
    /// Killed meanwhile, it leaves nothing that `StructOps.open(pinnedMap:pinnedLink:)` takes for a
    /// registration, and nothing registered without a pin.
    package func register(
        structOps name: String, pinnedMap: FilePath, pinnedLink: FilePath
    ) throws(BPFError) -> StructOps {
        // Before the map is filled: without links that registers it, for good.
        try map(named: name).pin(at: pinnedMap)
        do {
            let registered = try register(structOps: name)
            switch registered.link {
            case .some(let link): try link.pin(at: pinnedLink)
            case .none: break
            }
            return registered
        } catch {
            pinnedMap.withPlatformString { _ = unlink($0) }
            throw error
        }
    }

    /// Registers a struct_ops map of the loaded object in the place of another one, in one step:
    /// sockets have the old one or the new one. Needs links.
    ///
    /// Killed meanwhile, it leaves the old one registered, or the new one, and a pin of either.
    package func replace(
        _ link: borrowing Link, structOps name: String, pinnedMap: FilePath
    ) throws(BPFError) {
        let map = try map(named: name)
        try map.pin(at: pinnedMap)
        do {
            try fill(structOps: name)
            try link.update(map: map)
        } catch {
            pinnedMap.withPlatformString { _ = unlink($0) }
            throw error
        }
    }

    /// Stores the operations in the map. With BPF_F_LINK that makes it ready for a link; without,
    /// it registers them.
    private func fill(structOps name: String) throws(BPFError) {
        let map = try find(map: name)
        var failure: CInt = 0
        var filled: OpaquePointer?
        let log = captureLog {
            filled = bpf_map__attach_struct_ops(map)
            failure = errno
        }
        guard let filled else {
            throw BPFError(
                errno: failure, otherwise: .attach, what: "register", subject: name, log: log)
        }
        // libbpf's own idea of a link: destroying it connected would undo the filling.
        bpf_link__disconnect(filled)
        bpf_link__destroy(filled)
    }
}
