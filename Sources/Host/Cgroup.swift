import Glibc
import SystemPackage

/// A cgroup of the v2 hierarchy: what a profile is put on.
package struct Cgroup: Sendable, Hashable {
    /// Absolute, through the cgroup2 mount.
    package let path: FilePath
    /// The path below the mount without a leading slash, such as `kubepods/besteffort`; empty for
    /// the root.
    package let name: String
    /// The kernel's 64-bit id, never used twice while the machine is up.
    package let id: UInt64
    /// How far below the root of the hierarchy, whose level is 0.
    package let level: Int

    /// Opens the directory, as needed to attach a program or to start a process in it.
    ///
    /// Throws `.cgroupGone` when the cgroup was removed, even if there is another one of the same
    /// name now.
    package func open() throws(HostError) -> OwnedDescriptor {
        let removed = HostError(
            .cgroupGone, "cannot open the cgroup", on: path.string, because: "it was removed")
        do throws(HostError) {
            let descriptor = try OwnedDescriptor.open(
                path, options: .directory, what: removed.what)
            guard try FileIdentity(of: descriptor.raw, what: removed.what).inode == id else {
                throw removed
            }
            return descriptor
        } catch let error where error.isGone {
            throw removed
        }
    }

    /// Whether it is still there: the same one, not one of the same name.
    package func exists() -> Bool {
        (try? FileIdentity(at: path, what: ""))?.inode == id
    }

    /// The cgroups one level below, by name.
    package func children() throws(HostError) -> [Cgroup] {
        try Files.entries(in: path, what: "cannot list the cgroup").filter(\.isDirectory).map {
            // cgroupfs reports the cgroup's id as the inode number of its directory.
            Cgroup(
                path: path.appending($0.name), name: name.isEmpty ? $0.name : name + "/" + $0.name,
                id: $0.inode, level: level + 1)
        }
    }

    /// All cgroups below, every parent before its children, else by name.
    ///
    /// One that goes away meanwhile is left out.
    package func descendants() throws(HostError) -> [Cgroup] {
        var found: [Cgroup] = []
        var pending = try Array(children().reversed())
        while let next = pending.popLast() {
            do throws(HostError) {
                pending += try next.children().reversed()
            } catch let error where error.isGone {
                continue
            }
            found.append(next)
        }
        return found
    }

    /// The processes in it, and on request in those below, in ascending order.
    ///
    /// A threaded cgroup has none: its domain lists them. Those of other pid namespaces, which
    /// have no number here, are left out.
    package func processes(recursive: Bool = false) throws(HostError) -> [pid_t] {
        var found = Set<pid_t>()
        for cgroup in try [self] + (recursive ? descendants() : []) {
            let text: String
            do throws(HostError) {
                text = try Files.read(
                    cgroup.path.appending("cgroup.procs"), what: "cannot list the processes")
            } catch let error where error.errno == .notSupported {
                continue
            } catch let error where cgroup != self && error.isGone {
                continue
            }
            found.formUnion(text.split(separator: "\n").compactMap { pid_t($0) })
        }
        found.remove(0)
        return found.sorted()
    }
}

extension HostError {
    /// How cgroupfs answers for a directory that was removed before, or while it was open.
    package var isGone: Bool {
        errno == .noSuchFileOrDirectory || errno == .operationNotSupportedByDevice
    }
}
