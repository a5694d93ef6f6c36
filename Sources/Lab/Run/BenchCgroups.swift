import Glibc
import Host
import SystemPackage
import Tuner

/// The arms' cgroups, with their profiles in force; removed with the value.
final class BenchCgroups {
    private static let prefix = "tcptune-bench-"

    /// By arm: `a`, `b`.
    let cgroups: [String: Cgroup]
    private let directory: FilePath
    private let tuner: Tuner

    init(_ arms: [(label: String, arm: Arm)], _ tuner: Tuner) throws {
        let hierarchy = try CgroupHierarchy.discover()
        Self.removeStale(hierarchy, tuner)
        self.tuner = tuner
        directory = hierarchy.mountPoint.appending("\(Self.prefix)\(getpid())")
        var cgroups: [String: Cgroup] = [:]
        do {
            try Self.make(directory)
            for (label, arm) in arms {
                let path = directory.appending(label)
                try Self.make(path)
                cgroups[label] = try hierarchy.cgroup(at: path.string)
                _ = try tuner.apply(arm.profile, to: [.cgroup(path.string)])
            }
        } catch {
            Self.remove(directory, tuner)
            throw error
        }
        self.cgroups = cgroups
    }

    deinit {
        Self.remove(directory, tuner)
    }

    /// What benchmarks left that were killed: their process is gone.
    private static func removeStale(_ hierarchy: CgroupHierarchy, _ tuner: Tuner) {
        for child in (try? hierarchy.root.children()) ?? [] {
            guard child.name.hasPrefix(prefix), let pid = pid_t(child.name.dropFirst(prefix.count)),
                kill(pid, 0) != 0 && errno == ESRCH
            else { continue }
            remove(child.path, tuner)
        }
    }

    private static func make(_ path: FilePath) throws(HostError) {
        guard path.withPlatformString({ mkdir($0, 0o755) }) != 0 else { return }
        throw HostError(Errno(rawValue: errno), "cannot make the cgroup", on: path.string)
    }

    private static func remove(_ directory: FilePath, _ tuner: Tuner) {
        for label in ["a", "b"] {
            let path = directory.appending(label)
            _ = try? tuner.detach([.cgroup(path.string)])
            killAll(in: path)
            removeWhenEmpty(path)
        }
        removeWhenEmpty(directory)
    }

    private static func killAll(in path: FilePath) {
        guard
            let file = try? FileDescriptor.open(
                path.appending("cgroup.kill"), .writeOnly, options: .closeOnExec)
        else { return }
        _ = try? file.closeAfter { try file.writeAll("1".utf8) }
    }

    /// Processes that were killed take a moment to leave.
    private static func removeWhenEmpty(_ path: FilePath) {
        for _ in 0..<200 {
            if path.withPlatformString({ rmdir($0) }) == 0 || errno != EBUSY { return }
            usleep(5000)
        }
    }
}
