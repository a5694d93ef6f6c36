import Host
import SystemPackage

/// Says when the node's pods may have changed, so that they are to be listed again.
///
/// It listens to the runtimes' events and watches the cgroup tree. Where a runtime has no events, the
/// pods are to be listed every now and then: soon, and then less often, after something has happened
/// in the tree, which is a little before the runtime says that a pod is ready.
package struct PodWatch: ~Copyable {
    /// Between lists right after something has happened in the tree.
    private static let shortest: UInt64 = 50_000_000

    /// Between lists where the tree can't be watched.
    private static let blind: UInt64 = 5_000_000_000

    private let polling: UInt64
    private let runtimes: [RuntimeEvents]
    private var tree: PodTree?
    private var treeDescriptor: FileDescriptor?
    private var treeFailure: HostError?
    private var lastActivity: UInt64
    private var nextPoll: UInt64

    /// - Parameter polling: the time between lists where nothing tells of changes.
    package init(
        _ hierarchy: CgroupHierarchy, endpoints: [FilePath] = ContainerRuntime.endpoints,
        polling: Duration = .seconds(5), now: UInt64 = KernelClock.monotonic()
    ) {
        self.polling = UInt64(polling / .nanoseconds(1))
        runtimes = endpoints.map { RuntimeEvents(of: $0, now: now) }
        lastActivity = now
        nextPoll = now
        do throws(HostError) {
            let tree = try PodTree.watching(hierarchy)
            treeDescriptor = tree.descriptor
            self.tree = consume tree
        } catch {
            treeFailure = error
        }
    }

    /// What to wait for.
    package var interests: [PollInterest] {
        (runtimes.map(\.descriptor) + [treeDescriptor]).compactMap { $0 }.map { .reading($0) }
    }

    /// When to call ``handle(_:now:)`` at the latest, in ns of ``KernelClock/monotonic()``.
    package var deadline: UInt64? {
        (runtimes.compactMap(\.deadline) + (hasEvents ? [] : [nextPoll])).min()
    }

    /// Whether the runtimes tell of all changes.
    package var hasEvents: Bool {
        runtimes.contains { $0.state == .listening }
            && !runtimes.contains { $0.state == .lacking || $0.state == .asking }
    }

    /// The runtimes' sockets but for those that failed when they were tried last: asking them again would
    /// take a time-out.
    package var endpoints: [FilePath] { runtimes.filter(\.isPromising).map(\.endpoint) }

    /// How it gets to know of changes, in words.
    package var source: String {
        let listening = runtimes.filter { $0.state == .listening }.map(\.runtime)
        if hasEvents { return "events of " + listening.joined(separator: ", ") }
        let how = treeDescriptor == nil ? "a list" : "the cgroup tree, and a list"
        let reasons =
            runtimes.compactMap { runtime in
                switch runtime.state {
                case .lacking: "\(runtime.runtime) has no events for several clients"
                case .failed(let error) where error.code != .noSocket || runtimes.count == 1:
                    error.description
                default: nil
                }
            } + (treeFailure.map { [$0.description] } ?? [])
        return "\(how) every \(Duration.nanoseconds(Int64(polling)))"
            + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; "))
    }

    /// Whether the pods may have changed. Call it with what is ready, and when the ``deadline`` has come;
    /// it doesn't wait.
    package mutating func handle(_ ready: Set<FileDescriptor>, now: UInt64) -> Bool {
        var hasChanged = false
        for runtime in runtimes {
            let isReady = runtime.descriptor.map { ready.contains($0) } ?? false
            if runtime.handle(isReady: isReady, now: now) { hasChanged = true }
        }
        if hasTreeChanged(ready) {
            hasChanged = true
            lastActivity = now
        }
        if !hasEvents && nextPoll <= now { hasChanged = true }
        if hasChanged {
            // A fifth late at most, until it is as seldom as can be.
            let pause = max(Self.shortest, (now - min(now, lastActivity)) / 4)
            nextPoll = now + min(pause, treeDescriptor == nil ? min(polling, Self.blind) : polling)
        }
        return hasChanged
    }

    private mutating func hasTreeChanged(_ ready: Set<FileDescriptor>) -> Bool {
        guard let descriptor = treeDescriptor, ready.contains(descriptor) else { return false }
        do throws(HostError) {
            return try tree?.hasChanged() ?? false
        } catch {
            tree = nil
            treeDescriptor = nil
            treeFailure = error
            return true
        }
    }
}
