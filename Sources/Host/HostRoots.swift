import SystemPackage

/// Where the kernel's file systems are; tests point them elsewhere.
package struct HostRoots: Sendable, Hashable {
    package var proc: FilePath
    package var sys: FilePath

    package init(proc: FilePath = "/proc", sys: FilePath = "/sys") {
        self.proc = proc
        self.sys = sys
    }

    /// This machine's.
    package static let system = HostRoots()
}
