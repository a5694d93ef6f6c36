import BPF
import BPFPrograms
import Host

/// Something that kernels have or don't, which tcptune needs or makes do without. What the running
/// one has is found out by trying, whatever its version says: distributions carry features back.
package enum KernelFeature: String, CaseIterable, Sendable {
    case atomics
    case cgroupLinks = "cgroup-links"
    case linkUpdates = "link-updates"
    case boundMaps = "bound-maps"
    case ringBuffer = "ring-buffer"
    case socketStorage = "socket-storage"
    case storageIterator = "storage-iterator"
    case iteratorOptions = "iterator-options"
    case headerOptions = "header-options"
    case cgroupAncestors = "cgroup-ancestors"
    case structOps = "struct-ops"
    case controllers
    case structOpsLinks = "struct-ops-links"
    case iteratorCallbacks = "iterator-callbacks"
    case synACKRepeats = "syn-ack-repeats"
    case congControlACK = "cong-control-ack"
    case eventTXStart = "cwnd-event-tx-start"

    /// What it is.
    package var summary: String {
        switch self {
        case .atomics: "atomic instructions of BPF"
        case .cgroupLinks: "links of BPF programs to cgroups"
        case .linkUpdates: "links that change their program in one step"
        case .boundMaps: "maps that live as long as a program"
        case .ringBuffer: "BPF ring buffers"
        case .socketStorage: "storage of BPF programs in sockets"
        case .storageIterator: "an iterator over sockets with storage"
        case .iteratorOptions: "socket options set by TCP iterators"
        case .headerOptions: "TCP header options by sockops programs"
        case .cgroupAncestors: "a cgroup's ancestors in its structure"
        case .structOps: "BPF congestion controllers (struct_ops)"
        case .controllers: "controllers that call the kernel's functions and set the pacing rate"
        case .structOpsLinks: "controllers registered by links"
        case .iteratorCallbacks: "callbacks switched on by TCP iterators"
        case .synACKRepeats: "sockops programs see the kernel's own context"
        case .congControlACK: "cong_control with the ACK and its flags"
        case .eventTXStart: "cwnd_event_tx_start, a callback of its own"
        }
    }

    /// What is different without it; nil: nothing goes.
    package var without: String? {
        switch self {
        case .structOpsLinks:
            "registered by map: a version in use can't be replaced"
        case .iteratorCallbacks:
            "no RTT and cwnd samples from connections taken over, no header options from "
                + "listeners that were open before, and callbacks that another program clears "
                + "stay cleared"
        case .synACKRepeats: "a SYN-ACK that is sent again keeps its header options"
        case .congControlACK:
            "cong_control has two arguments, and tt_bbr3 can't mark samples of its RTT probes"
        case .eventTXStart: "controllers hear of it by cwnd_event"
        default: nil
        }
    }

    package var isRequired: Bool { without == nil }

    /// Tries it. Throws `.permission` where this process may not.
    package func isPresent() throws(BPFError) -> Bool {
        switch self {
        case .atomics: try KernelProbes.hasAtomics()
        case .cgroupLinks:
            try KernelProbes.hasCgroupLinks(try Self.load("header_options"))
        case .linkUpdates: try KernelProbes.hasLinkUpdates()
        case .boundMaps: try KernelProbes.hasBoundMaps()
        case .ringBuffer: try KernelProbes.has(mapType: .ringBuffer)
        case .socketStorage: try KernelProbes.has(mapType: .socketStorage)
        case .storageIterator: try Self.takes("iterator_storage")
        case .iteratorOptions: try Self.takes("iterator_setsockopt")
        case .headerOptions: try Self.takes("header_options")
        case .cgroupAncestors: try Self.takes("cgroup_ancestors")
        case .structOps: try StructOps.isSupported()
        case .controllers:
            try Probe.trying { () throws(BPFError) in
                var controller = try Object(BPFPrograms.tt_reno)
                try controller.load()
            }.isSupported
        case .structOpsLinks: try StructOps.linksSupported()
        case .iteratorCallbacks: KernelProbes.hasEnumerator("TCP_BPF_SOCK_OPS_CB_FLAGS")
        case .synACKRepeats: try Self.takes("sockops_kernel_context")
        case .congControlACK: try Self.takes("cong_control_ack")
        case .eventTXStart: try Self.takes("cwnd_event_tx_start")
        }
    }

    /// Whether the kernel takes this program of bpf/probe/features.bpf.c.
    private static func takes(_ program: String) throws(BPFError) -> Bool {
        try Probe.trying { () throws(BPFError) in _ = try load(program) }.isSupported
    }

    private static func load(_ name: String) throws(BPFError) -> Program {
        var object = try Object(BPFPrograms.features)
        for program in object.programs where program.name != name {
            try object.setAutoload(false, ofProgram: program.name)
        }
        try object.load()
        return try object.program(named: name)
    }
}

extension KernelFeature {
    /// Refuses a kernel that is too old for anything, by the one of its features that costs least to
    /// try; `tcptune doctor` tries all.
    package static func requireModernKernel(_ roots: HostRoots = .system) throws(TunerError) {
        // Who may not try it is told so by what comes next.
        guard (try? atomics.isPresent()) == false else { return }
        let release = (try? Kernel(roots).release().text).map { "Linux \($0)" } ?? "this kernel"
        throw TunerError(
            .unsupported, "\(release) doesn't have \(atomics.summary), which tcptune needs",
            advice: "Linux 6.1 has everything; 'tcptune doctor' lists what is missing here")
    }
}
