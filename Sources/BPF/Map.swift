import CLibbpf
import Glibc
import SystemPackage

/// A map, kept at least as long as this value.
package struct Map: ~Copyable {
    /// What a map is created from.
    package struct Parameters: Equatable, Sendable {
        package var type: MapType
        /// Bytes.
        package var keySize: Int
        /// Bytes, of one CPU's value in a map with one per CPU.
        package var valueSize: Int
        package var maxEntries: Int
        package var flags: MapFlags
        /// At most 15 letters, digits, dots and underscores.
        package var name: String

        package init(
            type: MapType, keySize: Int, valueSize: Int, maxEntries: Int, flags: MapFlags = [],
            name: String
        ) {
            self.type = type
            self.keySize = keySize
            self.valueSize = valueSize
            self.maxEntries = maxEntries
            self.flags = flags
            self.name = name
        }
    }

    let handle: OwnedDescriptor
    /// What the kernel said when the map was opened.
    package let info: MapInfo

    init(_ handle: consuming OwnedDescriptor) throws(BPFError) {
        info = try MapInfo(of: handle.raw)
        self.handle = handle
    }

    /// Creates a map; it goes away with its last descriptor, pin and program.
    package init(_ parameters: Parameters) throws(BPFError) {
        try self.init(parameters, inner: nil)
    }

    /// Creates a map of maps that are like `inner`.
    package init(_ parameters: Parameters, ofMapsLike inner: borrowing Map) throws(BPFError) {
        try self.init(parameters, inner: inner.handle.raw)
    }

    private init(_ parameters: Parameters, inner: CInt?) throws(BPFError) {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout.size(ofValue: options)
        options.map_flags = parameters.flags.rawValue
        if let inner { options.inner_map_fd = UInt32(inner) }
        let result = bpf_map_create(
            bpf_map_type(parameters.type.rawValue), parameters.name, UInt32(parameters.keySize),
            UInt32(parameters.valueSize), UInt32(parameters.maxEntries), &options)
        try self.init(
            OwnedDescriptor(
                try check(result, otherwise: .load, "create the map", parameters.name)))
    }

    /// Opens the map with this id; `.notFound` when it's gone.
    package init(id: UInt32) throws(BPFError) {
        try self.init(try opened(bpf_map_get_fd_by_id(id), "map", id: id))
    }

    /// Opens a pinned map; nil when nothing is pinned there.
    package static func open(pinned path: FilePath) throws(BPFError) -> Map? {
        guard let handle = try openPin(path, kind: "map") else { return nil }
        return try Map(handle)
    }

    /// The id of every map on the host.
    package static func ids() throws(BPFError) -> [UInt32] {
        try collectIDs(kind: "map", next: bpf_map_get_next_id)
    }

    package var name: String { info.name }

    /// Borrowed: valid while this value lives.
    package var descriptor: FileDescriptor { FileDescriptor(rawValue: handle.raw) }

    package func duplicate() throws(BPFError) -> Map {
        try Map(try handle.duplicate(of: name))
    }

    package func pin(at path: FilePath) throws(BPFError) {
        try BPF.pin(handle.raw, at: path, kind: "map")
    }

    /// Ends writing through system calls, for good. Kernel 5.2.
    package func freeze() throws(BPFError) {
        try check(bpf_map_freeze(handle.raw), "freeze the map", name)
    }
}

/// What the kernel says about a map.
package struct MapInfo: Equatable, Sendable {
    package let id: UInt32
    package let type: MapType
    /// At most 15 characters.
    package let name: String
    /// Bytes.
    package let keySize: Int
    /// Bytes, of one CPU's value in a map with one per CPU.
    package let valueSize: Int
    package let maxEntries: Int
    package let flags: MapFlags
    /// Of the type information it was loaded with; 0: none.
    package let btfID: UInt32

    init(of descriptor: CInt) throws(BPFError) {
        var info = bpf_map_info()
        try readInfo(into: &info, of: descriptor, kind: "map")
        id = info.id
        type = MapType(rawValue: info.type)
        name = string(fromCharacters: info.name)
        keySize = Int(info.key_size)
        valueSize = Int(info.value_size)
        maxEntries = Int(info.max_entries)
        flags = MapFlags(rawValue: info.map_flags)
        btfID = info.btf_id
    }

    /// Bytes between one CPU's value and the next in what the kernel copies; without CPUs, the
    /// value's size.
    package var valueStride: Int { type.isPerCPU ? (valueSize + 7) & ~7 : valueSize }

    /// Bytes of an entry's value as the kernel copies it: every possible CPU's.
    package var copiedValueSize: Int {
        type.isPerCPU ? valueStride * possibleCPUCount() : valueSize
    }
}

/// CPUs this machine could ever have, which is how many values a per-CPU entry has.
package func possibleCPUCount() -> Int {
    // libbpf reads /sys once; a kernel without the file has one CPU.
    max(1, Int(libbpf_num_possible_cpus()))
}
