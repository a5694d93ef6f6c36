import CShim
import Glibc
import SystemPackage

/// The host's cgroup v2 hierarchy, wherever it is mounted.
package struct CgroupHierarchy: Sendable {
    /// Where it is mounted, such as `/sys/fs/cgroup` or, on a hybrid host, `/sys/fs/cgroup/unified`.
    package let mountPoint: FilePath
    package let root: Cgroup

    /// The directory of the hierarchy that is mounted; `/` but for containers and bind mounts.
    let mountedDirectory: String
    let version1: [MountInfo.Mount]
    let roots: HostRoots

    /// Finds the cgroup2 mount; of several the one that shows most of the hierarchy.
    ///
    /// Throws `.noCgroup2Mount` where there is none.
    package static func discover(
        _ roots: HostRoots = .system
    ) throws(HostError) -> CgroupHierarchy {
        try CgroupHierarchy(MountInfo.read(roots), roots)
    }

    init(_ mountInfo: MountInfo, _ roots: HostRoots) throws(HostError) {
        let candidates = mountInfo.mounts.filter { $0.type == "cgroup2" }
        guard let mount = candidates.min(by: { $0.root.utf8.count < $1.root.utf8.count }) else {
            throw HostError(
                .noCgroup2Mount, "no cgroup v2 hierarchy", on: "mountinfo",
                because: "nothing of type cgroup2 is mounted",
                advice: "mount -t cgroup2 none /sys/fs/cgroup, or boot with "
                    + "systemd.unified_cgroup_hierarchy=1")
        }
        self.roots = roots
        mountPoint = mount.mountPoint
        mountedDirectory = mount.root
        version1 = mountInfo.mounts.filter { $0.type == "cgroup" }
        let id = try FileIdentity(at: mountPoint, what: "cannot use the cgroup2 mount").inode
        root = Cgroup(
            path: mountPoint, name: "", id: id, level: FilePath(mount.root).components.count)
    }

    /// The cgroup that a process is in.
    ///
    /// Throws `.noSuchProcess`, `.zombie`, or `.outsideNamespace` for one that this mount doesn't show.
    package func cgroup(pid: pid_t) throws(HostError) -> Cgroup {
        let what = "cannot tell the cgroup of the process"
        let directory = roots.proc.appending(String(pid))
        let text: String
        do throws(HostError) {
            // The name before the state is in parentheses and may hold anything.
            let stat = try Files.read(directory.appending("stat"), what: what)
            let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
            if fields.count > 1, fields[1] == "Z" || fields[1] == "X" {
                throw HostError(
                    .zombie, what, on: String(pid),
                    because: "it has exited and waits for its parent")
            }
            text = try Files.read(directory.appending("cgroup"), what: what)
        } catch let error
            where error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess
        {
            throw HostError(.noSuchProcess, what, on: String(pid), because: "no such process")
        }
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else {
            throw HostError(
                .noCgroup2Mount, what, on: String(pid), because: "it is in no cgroup v2 hierarchy")
        }
        let path = line.dropFirst(3)
        if path.hasSuffix(" (deleted)") {
            throw HostError(.cgroupGone, what, on: String(pid), because: "\(path) was removed")
        }
        guard let name = nameBelowMount(String(path)) else {
            throw HostError(
                .outsideNamespace, what, on: String(pid),
                because: "\(path) isn't below what is mounted at \(mountPoint)",
                advice: "run this in the host's cgroup namespace, with its hierarchy mounted")
        }
        return try cgroup(at: mountPoint.appending(name).string)
    }

    /// The cgroup with this id; nil when there is none any more, or it isn't below the mount.
    ///
    /// Asks the kernel (CAP_DAC_READ_SEARCH), and walks the hierarchy where that is denied.
    package func cgroup(id: UInt64) throws(HostError) -> Cgroup? {
        let what = "cannot look up the cgroup"
        let mount = try OwnedDescriptor.open(mountPoint, options: .directory, what: what)
        let result = cshim_open_cgroup_by_id(mount.raw.rawValue, id)
        switch result {
        case 0...:
            let directory = OwnedDescriptor(FileDescriptor(rawValue: result))
            guard let path = pathOfDescriptor(directory.raw), let name = nameOfPath(path) else {
                return nil
            }
            return make(name: name, id: id)
        case -ESTALE, -ENOENT:
            return nil
        case -EPERM, -EOPNOTSUPP, -EINVAL:
            return try walk(to: id)
        default:
            throw HostError(Errno(rawValue: -result), what, on: String(id))
        }
    }

    /// The cgroup with this id, found by looking at all: what needs no privilege.
    func walk(to id: UInt64) throws(HostError) -> Cgroup? {
        try ([root] + root.descendants()).first { $0.id == id }
    }

    /// The cgroup at a name below the mount, which is known to be there.
    func make(name: String, id: UInt64) -> Cgroup {
        let relative = FilePath(name)
        return Cgroup(
            path: mountPoint.pushing(relative), name: name, id: id,
            level: root.level + relative.components.count)
    }

    /// The part of an absolute path that is below the mount.
    func nameOfPath(_ path: FilePath) -> String? {
        var rest = path
        return rest.removePrefix(mountPoint) ? rest.string : nil
    }

    /// The place below the mount of a path in the hierarchy, as /proc/PID/cgroup shows it.
    private func nameBelowMount(_ path: String) -> String? {
        var rest = FilePath(path)
        guard rest.components.first?.kind != .parentDirectory,
            rest.removePrefix(FilePath(mountedDirectory))
        else { return nil }
        return rest.string
    }

    private func pathOfDescriptor(_ descriptor: FileDescriptor) -> FilePath? {
        let link = roots.proc.appending("self/fd/\(descriptor.rawValue)")
        let target = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
            space -> String? in
            let count = link.withPlatformString { readlink($0, space.baseAddress!, space.count) }
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(space)[..<count], as: UTF8.self)
        }
        guard let target, !target.hasSuffix(" (deleted)") else { return nil }
        return FilePath(target)
    }
}
