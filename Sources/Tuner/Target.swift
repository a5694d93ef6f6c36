import Host

/// What a profile is put on. Every kind ends in one cgroup of the cgroup2 hierarchy.
public enum Target: Sendable, Hashable {
    /// An absolute path, or one below the cgroup2 mount.
    case cgroup(String)
    /// A systemd unit.
    case unit(String)
    /// The cgroup that a process is in.
    case process(Int32)
    /// A pod by NAMESPACE/NAME, with the cgroup that holds all its containers.
    case pod(String, cgroup: String)

    func resolve(in hierarchy: CgroupHierarchy) throws(HostError) -> ResolvedTarget {
        var pod: String?
        if case .pod(let name, _) = self { pod = name }
        return ResolvedTarget(cgroup: try cgroup(in: hierarchy), pod: pod)
    }

    private func cgroup(in hierarchy: CgroupHierarchy) throws(HostError) -> Cgroup {
        switch self {
        case .cgroup(let path): try hierarchy.cgroup(at: path)
        case .unit(let name): try hierarchy.cgroup(unit: name)
        case .process(let pid): try hierarchy.cgroup(pid: pid)
        case .pod(_, let path): try hierarchy.cgroup(at: path)
        }
    }
}

/// Where a target is, and which pod was meant by it.
struct ResolvedTarget {
    let cgroup: Cgroup
    let pod: String?
}
