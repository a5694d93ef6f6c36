import Glibc
import Host
import SystemPackage
import Tuner

/// The arms' cgroups, with their profiles in force; removed with the value.
///
/// They are below a cgroup that is locked: one without a lock is of a benchmark that was killed.
final class BenchCgroups {
    private static let prefix = "tcptune-bench-"

    /// By arm: `a`, `b`.
    let cgroups: [String: Cgroup]
    private let directory: FilePath
    private let lock: FileLock
    private let tuner: Tuner

    init(_ arms: [(label: String, arm: Arm)], _ tuner: Tuner) throws {
        let hierarchy = try CgroupHierarchy.discover()
        Self.removeStale(hierarchy, tuner)
        self.tuner = tuner
        directory = hierarchy.mountPoint.appending("\(Self.prefix)\(getpid())")
        lock = try Self.claim(directory)
        var cgroups: [String: Cgroup] = [:]
        do {
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

    /// What benchmarks left that were killed.
    private static func removeStale(_ hierarchy: CgroupHierarchy, _ tuner: Tuner) {
        for child in (try? hierarchy.root.children()) ?? [] where child.name.hasPrefix(prefix) {
            guard let lock = try? FileLock(child.path, .exclusive, wait: .never) else { continue }
            remove(child.path, tuner)
            _ = consume lock
        }
    }

    private static func claim(_ directory: FilePath) throws(HostError) -> FileLock {
        while true {
            try make(directory)
            do throws(HostError) {
                return try FileLock(directory, .exclusive)
            } catch  where error.errno == .noSuchFileOrDirectory {
                // Another benchmark was faster to take it for a stale one.
            }
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
