import SystemPackage

/// Kernel parameters; those below `net.` are of the calling thread's network namespace.
package struct Sysctl: Sendable {
    private let roots: HostRoots

    package init(_ roots: HostRoots = .system) {
        self.roots = roots
    }

    /// The value of a parameter such as `net.ipv4.tcp_rmem`, without the newline.
    ///
    /// As in sysctl(8), a name with slashes may have dots in its parts: `net/ipv4/conf/eth0.1/mtu`.
    package func read(_ name: String) throws(HostError) -> String {
        let path = name.contains("/") ? name : name.split(separator: ".").joined(separator: "/")
        let what = "cannot read the sysctl"
        do throws(HostError) {
            let text = try Files.read(roots.proc.appending("sys").appending(path), what: what)
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        } catch let error where error.errno == .noSuchFileOrDirectory {
            throw HostError(
                .noSuchSysctl, what, on: name, because: "this kernel has no such parameter")
        }
    }

    package func write(_ name: String, _ value: String) throws(HostError) {
        let what = "cannot set the sysctl"
        let path = roots.proc.appending("sys")
            .appending(name.split(separator: ".").joined(separator: "/"))
        do {
            let file = OwnedDescriptor(
                try FileDescriptor.open(path, .writeOnly, options: .closeOnExec))
            try file.raw.writeAll(value.utf8)
        } catch {
            throw HostError(Errno.of(error), what, on: "\(name)=\(value)")
        }
    }

    /// The value of a parameter that is one number.
    package func integer(_ name: String) throws(HostError) -> Int {
        let text = try read(name)
        guard let number = Int(text) else {
            throw HostError(
                .malformed, "cannot read the sysctl", on: name, because: "not a number: \(text)")
        }
        return number
    }
}
