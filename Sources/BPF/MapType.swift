import CLibbpf

/// The kind of a map, `enum bpf_map_type`.
package struct MapType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ imported: bpf_map_type) {
        rawValue = imported.rawValue
    }

    package static let hash = MapType(BPF_MAP_TYPE_HASH)
    package static let array = MapType(BPF_MAP_TYPE_ARRAY)
    package static let perCPUHash = MapType(BPF_MAP_TYPE_PERCPU_HASH)
    package static let perCPUArray = MapType(BPF_MAP_TYPE_PERCPU_ARRAY)
    package static let lruHash = MapType(BPF_MAP_TYPE_LRU_HASH)
    package static let lruPerCPUHash = MapType(BPF_MAP_TYPE_LRU_PERCPU_HASH)
    package static let lpmTrie = MapType(BPF_MAP_TYPE_LPM_TRIE)
    package static let arrayOfMaps = MapType(BPF_MAP_TYPE_ARRAY_OF_MAPS)
    package static let hashOfMaps = MapType(BPF_MAP_TYPE_HASH_OF_MAPS)
    package static let cgroupStorage = MapType(BPF_MAP_TYPE_CGROUP_STORAGE)
    package static let perCPUCgroupStorage = MapType(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE)
    package static let socketStorage = MapType(BPF_MAP_TYPE_SK_STORAGE)
    package static let structOps = MapType(BPF_MAP_TYPE_STRUCT_OPS)
    package static let ringBuffer = MapType(BPF_MAP_TYPE_RINGBUF)
    /// `BPF_MAP_TYPE_CGRP_STORAGE`, for every type of program. Kernel 6.2; not in older headers.
    package static let cgroupLocalStorage = MapType(rawValue: 32)

    /// Whether a value exists once per CPU.
    package var isPerCPU: Bool {
        switch self {
        case .perCPUHash, .perCPUArray, .lruPerCPUHash, .perCPUCgroupStorage: true
        default: false
        }
    }
}

/// `BPF_F_*` of a map's creation.
package struct MapFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Memory is allocated per entry; an LPM trie and socket storage require it.
    package static let noPreallocation = MapFlags(rawValue: 1 << 0)
    /// Programs can't write.
    package static let readOnlyForPrograms = MapFlags(rawValue: 1 << 7)
    /// The value can be mapped into memory.
    package static let mappable = MapFlags(rawValue: 1 << 10)
    /// A struct_ops map that is registered by a link. Kernel 6.4; not in older headers.
    static let structOpsLink = MapFlags(rawValue: 1 << 13)
}
