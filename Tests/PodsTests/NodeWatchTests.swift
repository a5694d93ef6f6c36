import Glibc
import Host
import NodeSupport
import Pods
import SystemPackage
import TestSupport
import Testing

/// How soon a real container runtime's pods are seen.
@Suite(.serialized) struct NodeWatchTests {
    init() throws {
        try KernelTest.require("containerd", "ctr", "runc", "busybox", "unshare")
    }

    /// Lists whenever pods may have changed, until there are as many that are ready; the list and how
    /// long it took.
    private func wait(
        for count: Int, _ loop: WatchLoop, _ pods: NodePods, after previous: NodePods.List? = nil
    ) throws -> (list: NodePods.List, seconds: Double) {
        let begin = KernelClock.monotonic()
        var list = previous
        while KernelClock.monotonic() < begin + 10_000_000_000 {
            guard try loop.changes() else { continue }
            list = try pods.list(after: list)
            if let list, list.pods.filter(\.isReady).count == count {
                return (list, Double(KernelClock.monotonic() - begin) / 1e9)
            }
        }
        throw TestSupportError("there are never \(count) pods: \(loop.source)")
    }

    private func follows(_ node: Node, _ source: (String) -> Bool) throws {
        let loop = try WatchLoop([node.endpoint], polling: .seconds(5))
        func settle() throws {
            let settled = try eventually(within: .seconds(20)) {
                try loop.settle()
                return source(loop.source)
            }
            #expect(settled, "\(loop.source)")
        }
        try settle()
        let pods = NodePods(try .discover(), endpoints: [node.endpoint])
        let web = try node.run("web", uid: "0a1b2c3d-0000-4000-8000-000000000011")
        // Sooner than by chance.
        let first = try wait(for: 1, loop, pods)
        #expect(first.seconds < 2)
        _ = try node.run("db", uid: "0a1b2c3d-0000-4000-8000-000000000012")
        let second = try wait(for: 2, loop, pods, after: first.list)
        // What is known of a pod stays.
        let before = try #require(first.list.pods.first)
        #expect(second.list.pods.contains(before))
        try node.stop(web)
        _ = try wait(for: 1, loop, pods, after: second.list)

        // The pods go on while the runtime is away.
        try node.restart()
        try settle()
        _ = try node.run("late", uid: "0a1b2c3d-0000-4000-8000-000000000013")
        #expect(try wait(for: 2, loop, pods).seconds < 2)
    }

    /// Debian 12's containerd has no events, Debian 13's none for several clients.
    @Test func withoutEvents() throws {
        let node = try Node()
        try follows(node) { $0.hasPrefix("the cgroup tree, and a list every 5.0 seconds: cont") }
        try node.freeze()
        let loop = try WatchLoop([node.endpoint], polling: .seconds(5))
        while try loop.changes(), !loop.source.contains("no answer") {}
        #expect(loop.source.hasSuffix("\(node.endpoint): no answer in time"))
        #expect(loop.watch.endpoints.isEmpty)
    }

    /// Needs a containerd from 2.0 on, which Debian 12 and 13 don't have: TCPTUNE_CONTAINERD names the
    /// directory of one. Left out without, also where all kernel tests have to run.
    @Test func withEvents() throws {
        guard let binaries = getenv("TCPTUNE_CONTAINERD") else {
            try Test.cancel("TCPTUNE_CONTAINERD names no directory with containerd 2.0 or later")
        }
        let node = try Node(binaries: String(cString: binaries))
        try follows(node) { $0.hasPrefix("events of containerd 2.") }
    }
}
