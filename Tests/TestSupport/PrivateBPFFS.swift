import Glibc
import SystemPackage

/// A BPF file system of its own at /sys/fs/bpf, for commands: nothing of this host is in force there.
package final class PrivateBPFFS {
    private let holder: ChildProcess

    package init() throws {
        holder = try ChildProcess([
            "unshare", "--mount", "sh", "-c",
            "mount -t bpf bpf /sys/fs/bpf && echo ready && exec sleep 600",
        ])
        guard try eventually({ try holder.standardOutput().contains("ready") }) else {
            throw TestSupportError("no BPF file system could be mounted")
        }
    }

    /// A command that sees it: to be run as any other.
    package func command(_ arguments: [String]) -> [String] {
        ["nsenter", "--mount=/proc/\(holder.pid)/ns/mnt"] + arguments
    }
}
