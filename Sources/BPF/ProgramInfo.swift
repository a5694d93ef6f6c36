import CLibbpf

/// The kind of a program, `enum bpf_prog_type`.
package struct ProgramType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let sockOps = ProgramType(rawValue: BPF_PROG_TYPE_SOCK_OPS.rawValue)
    package static let tracing = ProgramType(rawValue: BPF_PROG_TYPE_TRACING.rawValue)
    package static let structOps = ProgramType(rawValue: BPF_PROG_TYPE_STRUCT_OPS.rawValue)
    package static let socketFilter = ProgramType(rawValue: BPF_PROG_TYPE_SOCKET_FILTER.rawValue)
    package static let syscall = ProgramType(rawValue: BPF_PROG_TYPE_SYSCALL.rawValue)
}

/// What the kernel says about a loaded program.
package struct ProgramInfo: Equatable, Sendable {
    package let id: UInt32
    package let type: ProgramType
    /// At most 15 characters.
    package let name: String
    /// The hash of the instructions, in hexadecimal.
    package let tag: String
    /// When it was loaded, in ns since the machine booted (CLOCK_BOOTTIME).
    package let loadedAt: UInt64
    package let mapIDs: [UInt32]
    /// Time spent running, in ns; counts while `kernel.bpf_stats_enabled` is set.
    package let runTime: UInt64
    /// Times run, counted as `runTime` is.
    package let runCount: UInt64
    /// Instructions the verifier walked through; 0 before kernel 5.16.
    package let verifiedInstructions: UInt32
    /// Of the type information that the program was loaded with; 0: none.
    let btfID: UInt32

    init(of descriptor: CInt) throws(BPFError) {
        var info = bpf_prog_info()
        try readInfo(into: &info, of: descriptor, kind: "program")

        let ids = RawMemory(byteCount: Int(info.nr_map_ids) * MemoryLayout<UInt32>.stride)
        // Only the maps: what else the first answer announced would be copied as well.
        var request = bpf_prog_info()
        request.nr_map_ids = info.nr_map_ids
        request.map_ids = kernelAddress(ids.base)
        try readInfo(into: &request, of: descriptor, kind: "program")

        id = info.id
        type = ProgramType(rawValue: info.type)
        name = string(fromCharacters: info.name)
        tag = withUnsafeBytes(of: info.tag) { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        loadedAt = info.load_time
        mapIDs = Array(ids.bytes.bindMemory(to: UInt32.self))
        runTime = info.run_time_ns
        runCount = info.run_cnt
        verifiedInstructions = info.verified_insns
        btfID = info.btf_id
    }
}
