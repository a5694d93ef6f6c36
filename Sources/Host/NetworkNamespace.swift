import CShim
import Glibc
import SystemPackage

/// A network namespace, kept alive by an open descriptor.
///
/// A class, so that the namespaces of a host can be held in an array.
package final class NetworkNamespace: Sendable {
    /// The nsfs inode number, which the kernel shows as `net:[4026531840]`.
    package let inode: UInt64
    /// For display: `host` for pid 1's (this process's where that can't be seen), `netns/NAME` for a
    /// named one, else `pid/N` of a process in it.
    package let name: String
    private let descriptor: OwnedDescriptor

    private init(
        _ descriptor: consuming OwnedDescriptor, path: FilePath, name: String?
    ) throws(HostError) {
        inode = try FileIdentity(of: descriptor.raw, what: Self.what).inode
        self.name = name ?? path.string
        self.descriptor = descriptor
    }

    private static let what = "cannot open the network namespace"

    package static func open(
        _ path: FilePath, name: String? = nil
    ) throws(HostError) -> NetworkNamespace {
        try NetworkNamespace(OwnedDescriptor.open(path, what: what), path: path, name: name)
    }

    /// A new one with nothing but a loopback that is down (CAP_SYS_ADMIN).
    ///
    /// It has no name anywhere: it goes, with its devices, when the last descriptor, process and
    /// socket in it does, however this process ends.
    package static func create(name: String) throws(HostError) -> NetworkNamespace {
        let descriptor = try check(
            cshim_new_netns(), "cannot make a network namespace", on: name)
        return try NetworkNamespace(
            OwnedDescriptor(FileDescriptor(rawValue: descriptor)), path: "", name: name)
    }

    /// The one that the calling thread is in.
    package static func current(
        _ roots: HostRoots = .system
    ) throws(HostError) -> NetworkNamespace {
        try open(roots.proc.appending("thread-self/ns/net"), name: "current")
    }

    /// Every namespace that a process is in or that is mounted somewhere, once each: pid 1's first,
    /// then by mount point, then by pid.
    ///
    /// Namespaces only of processes that this one may not look into are left out: it takes
    /// CAP_SYS_PTRACE and every capability that those have.
    package static func all(
        _ roots: HostRoots = .system
    ) throws(HostError) -> [NetworkNamespace] {
        var search = Search()
        let pids = try Files.entries(in: roots.proc, what: "cannot list the processes")
            .compactMap { pid_t($0.name) }.sorted()
        try search.add(roots.proc.appending("1/ns/net"), "host")
        if search.found.isEmpty { try search.add(roots.proc.appending("self/ns/net"), "host") }
        for mount in try MountInfo.read(roots).mounts
        where mount.type == "nsfs" && mount.root.hasPrefix("net:") {
            try search.add(
                mount.mountPoint, "netns/" + (mount.mountPoint.lastComponent?.string ?? ""))
        }
        try search.add(pids, roots)
        return search.found
    }

    /// Those that some processes are in, once each.
    package static func all(
        of processes: some Sequence<pid_t>, _ roots: HostRoots = .system
    ) throws(HostError) -> [NetworkNamespace] {
        var search = Search()
        try search.add(processes, roots)
        return search.found
    }

    private struct Search {
        private(set) var found: [NetworkNamespace] = []
        private var seen = Set<UInt64>()

        mutating func add(_ path: FilePath, _ name: String) throws(HostError) {
            // Most processes share one: look at the inode first. A process may be gone by now.
            do throws(HostError) {
                guard try !seen.contains(FileIdentity(at: path, what: what).inode) else { return }
                let namespace = try open(path, name: name)
                if seen.insert(namespace.inode).inserted { found.append(namespace) }
            } catch let error where skipped.contains(error.errno) {
                return
            }
        }

        mutating func add(
            _ processes: some Sequence<pid_t>, _ roots: HostRoots
        ) throws(HostError) {
            for pid in processes { try add(roots.proc.appending("\(pid)/ns/net"), "pid/\(pid)") }
        }
    }

    private static let skipped: Set<Errno?> = [
        .noSuchFileOrDirectory, .noSuchProcess, .permissionDenied,
    ]

    /// The open descriptor as a file, for those who want to open a path: this process, or, as long as
    /// this process lives, any other.
    package var path: FilePath {
        FilePath("/proc/\(getpid())/fd/\(descriptor.raw.rawValue)")
    }

    /// Lends the open descriptor.
    package func withDescriptor<Result>(_ body: (FileDescriptor) -> Result) -> Result {
        body(descriptor.raw)
    }

    /// Runs `body` on this thread inside the namespace, and brings the thread back, whatever happens.
    ///
    /// What fails in `body` is in the result, what is thrown is that the namespace couldn't be
    /// entered (CAP_SYS_ADMIN): `try namespace.perform { () throws(E) in ... }.get()`.
    package func perform<Success: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Success
    ) throws(HostError) -> Result<Success, Failure> {
        let home = try NetworkNamespace.current()
        try enter()
        defer {
            do {
                try home.enter()
            } catch {
                // Whatever this thread did next would happen to somebody else's network.
                fatalError("cannot return to the network namespace: \(error)")
            }
        }
        do throws(Failure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }

    private func enter() throws(HostError) {
        _ = try check(
            cshim_enter_netns(descriptor.raw.rawValue), "cannot enter the network namespace",
            on: name)
    }
}
