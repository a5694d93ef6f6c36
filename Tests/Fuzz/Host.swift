import Glibc
import SystemPackage

@testable import Host
@testable import Pods

extension Parser {
    /// What the kernel and the kubelet show as text and names.
    static let host = [
        Parser(text: "mountinfo") { text in
            guard let mounts = try? MountInfo(parsing: text) else { return }
            for mount in mounts.mounts { _ = mount.mountPoint.components.count }
        },
        // Eight files: a megabyte together.
        Parser("proc") { bytes in files.write(Array(bytes.prefix(1 << 17))) },
        Parser(text: "pods") { text in
            for name in text.split(separator: "\n") {
                if let pod = PodDirectory(path: String(name)) { expect(!pod.uid.isEmpty, pod.uid) }
                _ = PodDirectory.innermost(in: String(name))
                _ = PodLogDirectory(String(name))
                if let id = ContainerDirectory.id(of: name) { expect(id.utf8.count == 64, id) }
            }
        },
        Parser(text: "selector") { text in
            guard let selector = try? PodSelector(text) else { return }
            _ = selector.matches(["app": "web", "tier": ""])
        },
        Parser(text: "release") { text in
            guard let release = KernelRelease(text) else { return }
            expect(!(release < release) && release == release, text)
        },
    ]

    private static let files = ProcFiles()
}

/// A /proc and a /sys whose files all hold the input.
private struct ProcFiles: Sendable {
    private let roots: HostRoots
    private let paths: [FilePath]
    private static let names = [
        "proc/self/mountinfo", "proc/self/status", "proc/7/cgroup", "proc/7/stat",
        "proc/thread-self/net/dev", "proc/sys/kernel/osrelease", "proc/sys/net/ipv4/x",
        "sys/devices/system/cpu/possible",
    ]

    init() {
        // In memory.
        let base = FilePath("/dev/shm/tcptune-fuzz-\(getpid())")
        for name in Self.names {
            var path = base
            _ = base.withPlatformString { mkdir($0, 0o700) }
            for component in FilePath(name).removingLastComponent().components {
                path.append(component)
                _ = path.withPlatformString { mkdir($0, 0o700) }
            }
        }
        paths = Self.names.map { base.appending($0) }
        roots = HostRoots(proc: base.appending("proc"), sys: base.appending("sys"))
        atexit {
            _ = Glibc.system("rm -rf /dev/shm/tcptune-fuzz-\(getpid())")
        }
    }

    func write(_ bytes: [UInt8]) {
        for path in paths {
            guard
                let file = try? FileDescriptor.open(
                    path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            else { fatalError("cannot write \(path)") }
            _ = try? file.writeAll(bytes)
            try? file.close()
        }
        _ = try? Capabilities.current(roots)
        _ = try? Kernel(roots).possibleCPUs()
        _ = try? Kernel(roots).release()
        _ = try? Sysctl(roots).integer("net.ipv4.x")
        _ = try? InterfaceStatistics.read("eth0", roots)
        _ = try? BPFFilesystem.find(roots)
        if let hierarchy = try? CgroupHierarchy.discover(roots) {
            _ = try? hierarchy.cgroup(pid: 7)
        }
    }
}
