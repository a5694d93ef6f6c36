import Glibc
import Host
import SystemPackage

/// What earlier runs left behind that didn't live to clean up.
package enum StaleFixtures {
    private static let swept: Void = sweep()

    static func sweepOnce() {
        swept
    }

    /// Removes the cgroups, with the processes in them, and the network namespaces of dead processes.
    package static func sweep() {
        let hierarchy = try? CgroupHierarchy.discover()
        for cgroup in (try? hierarchy?.root.children()) ?? []
        where FixtureName.isStale(cgroup.name, prefix: TemporaryCgroup.prefix) {
            TemporaryCgroup.kill(cgroup)
            TemporaryCgroup.remove(cgroup)
        }
        let listing = try? Command.check(["ip", "netns", "list"])
        for line in listing?.split(separator: "\n") ?? [] {
            let name = String(line.prefix { $0 != " " })
            if FixtureName.isStale(name, prefix: NetworkPair.prefix) {
                _ = try? Command.run(["ip", "netns", "delete", name])
            }
        }
    }
}
