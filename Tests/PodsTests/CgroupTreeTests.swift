import Glibc
import Host
import Pods
import SystemPackage
import TestSupport
import Testing

/// Against directories of the real hierarchy, made as the kubelet and a runtime make them.
@Suite struct CgroupTreeTests {
    static let id = String(repeating: "ab", count: 32)
    static let uid = "0a1b2c3d-1111-2222-3333-444455556666"

    /// The pods below a cgroup: others' may be there, too.
    private func pods(
        below cgroup: borrowing TemporaryCgroup, logs: FilePath = "/no/such/logs"
    ) throws -> [Pod] {
        let prefix = cgroup.cgroup.name + "/"
        return try CgroupTree(.discover(), logDirectory: logs).pods().filter {
            $0.cgroup?.name.hasPrefix(prefix) == true
        }
    }

    private func make(_ path: String, in cgroup: borrowing TemporaryCgroup) throws {
        var directory = cgroup.path
        for component in FilePath(path).components {
            directory.append(component)
            let result = directory.withPlatformString { mkdir($0, 0o755) }
            try #require(result == 0 || errno == EEXIST)
        }
    }

    @Test func findsPodsOfBothDrivers() throws {
        try KernelTest.require()
        let node = try TemporaryCgroup()
        let logs = try TemporaryDirectory()
        try logs.write("", to: "shop_checkout_\(Self.uid)/main/0.log")
        try logs.write("", to: "unrelated/file")
        let slices = "kubepods.slice/kubepods-besteffort.slice/"
        try make("kubepods/burstable/pod\(Self.uid)/\(Self.id)", in: node)
        try make("kubepods/burstable/pod\(Self.uid)/not-a-container", in: node)
        try make(slices + "kubepods-besteffort-podfeed_1.slice/crio-\(Self.id).scope", in: node)
        try make("kubepods/podcafe", in: node)

        let pods = try pods(below: node, logs: logs.path)
        #expect(pods.map(\.title) == ["shop/checkout", "cafe", "feed-1"])
        #expect(pods.map(\.qos) == [.burstable, .guaranteed, .bestEffort])
        #expect(pods.map { $0.containers.map(\.id) } == [[Self.id], [], [Self.id]])
        #expect(pods.allSatisfy { !$0.isReady && $0.labels == nil })
        #expect(
            pods[0].cgroup?.path == node.path.appending("kubepods/burstable/pod\(Self.uid)"))
    }

    @Test func tellsWhatRuns() throws {
        try KernelTest.require()
        let node = try TemporaryCgroup()
        let container = "kubepods/podcafe/\(Self.id)"
        try make(container, in: node)
        let process = try ChildProcess(
            ["sleep", "60"], Placement(cgroup: node.path.pushing(FilePath(container))))
        let pod = try #require(try pods(below: node).first)
        #expect(pod.isReady)
        #expect(pod.containers == [Pod.Container(id: Self.id, name: nil, isRunning: true)])
        #expect(try CgroupHierarchy.discover().cgroup(pid: process.pid).name.hasSuffix(container))
    }

    @Test func noPods() throws {
        try KernelTest.require()
        let node = try TemporaryCgroup()
        try make("kubepods/burstable", in: node)
        #expect(try pods(below: node).isEmpty)
    }
}
