import CShim
import SystemPackage

/// A mounted BPF file system, which keeps what is pinned in it while nobody has it open.
package struct BPFFilesystem: Sendable, Hashable {
    package let mountPoint: FilePath

    /// The first one mounted; nil when there is none.
    package static func find(
        _ roots: HostRoots = .system
    ) throws(HostError) -> BPFFilesystem? {
        try MountInfo.read(roots).mounts.first { $0.type == "bpf" }
            .map { BPFFilesystem(mountPoint: $0.mountPoint) }
    }

    /// Mounts one at an existing directory, for root only (CAP_SYS_ADMIN); does nothing where there is
    /// one already.
    package static func mount(at path: FilePath = "/sys/fs/bpf") throws(HostError) -> BPFFilesystem
    {
        if try !contains(path) {
            _ = try check(
                path.withPlatformString { cshim_mount_bpffs($0) },
                "cannot mount the BPF file system", on: path)
        }
        return BPFFilesystem(mountPoint: path)
    }

    /// Whether an existing path is on a BPF file system.
    package static func contains(_ path: FilePath) throws(HostError) -> Bool {
        let magic = try check(
            path.withPlatformString { cshim_filesystem_magic($0) },
            "cannot tell the file system", on: path)
        return magic == FileSystemMagic.bpf
    }
}
