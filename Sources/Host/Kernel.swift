import Glibc
import SystemPackage

/// What the running kernel is and has.
package struct Kernel: Sendable {
    /// More than any kernel is built for.
    private static let maximumCPUs = 1 << 20

    private let roots: HostRoots

    package init(_ roots: HostRoots = .system) {
        self.roots = roots
    }

    package func release() throws(HostError) -> KernelRelease {
        let text = try Sysctl(roots).read("kernel.osrelease")
        guard let release = KernelRelease(text) else {
            throw HostError(.malformed, "cannot read the kernel's release", on: text)
        }
        return release
    }

    /// How many values a per-CPU map holds for each key: one for every CPU that there can ever be.
    package func possibleCPUs() throws(HostError) -> Int {
        let path = roots.sys.appending("devices/system/cpu/possible")
        let what = "cannot count the CPUs"
        var count = 0
        for range in try Files.read(path, what: what).split(whereSeparator: { ",\n".contains($0) })
        {
            let ends = range.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, ends.count <= 2,
                0 <= first, first <= last, last < Self.maximumCPUs
            else {
                throw HostError(.malformed, what, on: path.string, because: "unexpected: \(range)")
            }
            count += last - first + 1
        }
        return count
    }

    /// Whether the kernel carries its own type information (CONFIG_DEBUG_INFO_BTF), which every program
    /// of tcptune needs to be loaded.
    package var hasBTF: Bool {
        (try? Stat(roots.sys.appending("kernel/btf/vmlinux"))) != nil
    }

    /// The queueing discipline of new interfaces; nil where the kernel has none to choose from.
    package func defaultQdisc() throws(HostError) -> String? {
        do throws(HostError) {
            return try Sysctl(roots).read("net.core.default_qdisc")
        } catch let error where error.code == .noSuchSysctl {
            return nil
        }
    }

    /// The congestion controller of new connections that nobody chooses one for.
    package func defaultCongestionControl() throws(HostError) -> String {
        try Sysctl(roots).read("net.ipv4.tcp_congestion_control")
    }

    /// The congestion controllers that are registered now, those of BPF programs among them.
    package func availableCongestionControls() throws(HostError) -> [String] {
        try Sysctl(roots).read("net.ipv4.tcp_available_congestion_control")
            .split(separator: " ").map(String.init)
    }

    /// Whether a connection can be given this congestion controller.
    ///
    /// Tries it on a socket, upon which the kernel loads the module if there is one (CAP_NET_ADMIN).
    /// Throws `.permission` for one that exists, and that this process may not choose.
    package func probeCongestionControl(_ name: String) throws(HostError) -> Bool {
        let what = "cannot try the congestion controller"
        // The kernel cuts longer names off and would try another one.
        guard 1...15 ~= name.utf8.count else { return false }
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw HostError(Errno(rawValue: errno), what, on: name) }
        let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
        let length = socklen_t(name.utf8.count)
        if setsockopt(socket.raw.rawValue, Int32(IPPROTO_TCP), TCP_CONGESTION, name, length) == 0 {
            return true
        }
        switch Errno(rawValue: errno) {
        case .noSuchFileOrDirectory: return false
        case let errno: throw HostError(errno, what, on: name)
        }
    }
}
