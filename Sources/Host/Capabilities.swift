import SystemPackage

/// A capability (capabilities(7)), in the kernel's order: the place is the bit.
package enum Capability: String, CaseIterable, Sendable {
    case chown = "CAP_CHOWN"
    case dacOverride = "CAP_DAC_OVERRIDE"
    case dacReadSearch = "CAP_DAC_READ_SEARCH"
    case fowner = "CAP_FOWNER"
    case fsetid = "CAP_FSETID"
    case kill = "CAP_KILL"
    case setgid = "CAP_SETGID"
    case setuid = "CAP_SETUID"
    case setpcap = "CAP_SETPCAP"
    case linuxImmutable = "CAP_LINUX_IMMUTABLE"
    case netBindService = "CAP_NET_BIND_SERVICE"
    case netBroadcast = "CAP_NET_BROADCAST"
    case netAdmin = "CAP_NET_ADMIN"
    case netRaw = "CAP_NET_RAW"
    case ipcLock = "CAP_IPC_LOCK"
    case ipcOwner = "CAP_IPC_OWNER"
    case sysModule = "CAP_SYS_MODULE"
    case sysRawio = "CAP_SYS_RAWIO"
    case sysChroot = "CAP_SYS_CHROOT"
    case sysPtrace = "CAP_SYS_PTRACE"
    case sysPacct = "CAP_SYS_PACCT"
    case sysAdmin = "CAP_SYS_ADMIN"
    case sysBoot = "CAP_SYS_BOOT"
    case sysNice = "CAP_SYS_NICE"
    case sysResource = "CAP_SYS_RESOURCE"
    case sysTime = "CAP_SYS_TIME"
    case sysTTYConfig = "CAP_SYS_TTY_CONFIG"
    case mknod = "CAP_MKNOD"
    case lease = "CAP_LEASE"
    case auditWrite = "CAP_AUDIT_WRITE"
    case auditControl = "CAP_AUDIT_CONTROL"
    case setfcap = "CAP_SETFCAP"
    case macOverride = "CAP_MAC_OVERRIDE"
    case macAdmin = "CAP_MAC_ADMIN"
    case syslog = "CAP_SYSLOG"
    case wakeAlarm = "CAP_WAKE_ALARM"
    case blockSuspend = "CAP_BLOCK_SUSPEND"
    case auditRead = "CAP_AUDIT_READ"
    case perfmon = "CAP_PERFMON"
    case bpf = "CAP_BPF"
    case checkpointRestore = "CAP_CHECKPOINT_RESTORE"
}

/// The capabilities this process has in effect.
package struct Capabilities: Sendable, Hashable {
    package let effective: Set<Capability>

    /// From the mask that /proc/PID/status shows as `CapEff`.
    package init(mask: UInt64) {
        effective = Set(
            Capability.allCases.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element))
    }

    package static func current(
        _ roots: HostRoots = .system
    ) throws(HostError) -> Capabilities {
        let what = "cannot tell the capabilities"
        let path = roots.proc.appending("self/status")
        for line in try Files.read(path, what: what).split(separator: "\n")
        where line.hasPrefix("CapEff:") {
            if let mask = UInt64(line.dropFirst(7).drop { $0.isWhitespace }, radix: 16) {
                return Capabilities(mask: mask)
            }
        }
        throw HostError(.malformed, what, on: path.string, because: "no CapEff line")
    }

    /// Whether the kernel lets this process do what needs `capability`: CAP_SYS_ADMIN still stands in
    /// for CAP_BPF and CAP_PERFMON, which kernel 5.8 split off it.
    package func allows(_ capability: Capability) -> Bool {
        effective.contains(capability)
            || (capability == .bpf || capability == .perfmon) && effective.contains(.sysAdmin)
    }

    /// Those of `wanted` that this process lacks, in the same order.
    package func missing(_ wanted: [Capability]) -> [Capability] {
        wanted.filter { !allows($0) }
    }
}
