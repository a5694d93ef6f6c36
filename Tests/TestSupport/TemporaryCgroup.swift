import Glibc
import Host
import SystemPackage

/// A cgroup of its own, right below the cgroup2 mount, for as long as the value lives.
///
/// When it goes, the processes in it go to the parent, and it is removed with all below it.
package struct TemporaryCgroup: ~Copyable {
    static let prefix = "tcptune-test"

    package let cgroup: Cgroup
    package var path: FilePath { cgroup.path }

    package init() throws {
        try self.init(below: CgroupHierarchy.discover().root, FixtureName.next(Self.prefix))
    }

    private init(below parent: Cgroup, _ name: String) throws {
        let path = parent.path.appending(name)
        try call("mkdir \(path)", path.withPlatformString { mkdir($0, 0o755) })
        cgroup = try CgroupHierarchy.discover().cgroup(at: path.string)
    }

    /// A cgroup below this one, removed with this one at the latest.
    package func child(_ name: String) throws -> TemporaryCgroup {
        try TemporaryCgroup(below: cgroup, name)
    }

    /// Moves a process in.
    package func add(_ pid: pid_t) throws {
        try Self.move(pid, to: path)
    }

    /// A socket or process in this cgroup, and on request in a namespace.
    package func placement(namespace: FilePath? = nil) -> Placement {
        Placement(cgroup: path, namespace: namespace)
    }

    deinit {
        Self.remove(cgroup)
    }

    /// Empties and removes a cgroup and all below, as far as it is still there.
    static func remove(_ cgroup: Cgroup) {
        let parent = cgroup.path.removingLastComponent()
        for each in ((try? cgroup.descendants()) ?? []).reversed() + [cgroup] {
            for pid in (try? each.processes()) ?? [] {
                try? move(pid, to: parent)
            }
            each.path.withPlatformString { _ = rmdir($0) }
        }
    }

    /// Kills the processes in it and below, and waits until they are gone; kernel 5.14.
    static func kill(_ cgroup: Cgroup) {
        try? write("1", to: cgroup.path.appending("cgroup.kill"))
        _ = eventually { ((try? cgroup.processes(recursive: true)) ?? []).isEmpty }
    }

    private static func move(_ pid: pid_t, to directory: FilePath) throws {
        try write(String(pid), to: directory.appending("cgroup.procs"))
    }

    private static func write(_ text: String, to path: FilePath) throws {
        let file = try OwnedDescriptor.open(path, .writeOnly, what: "cannot open")
        try file.raw.writeAll(text.utf8)
    }
}
