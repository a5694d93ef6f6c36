import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite struct NetworkNamespaceTests {
    init() throws {
        try KernelTest.require("ip")
    }

    private struct Refusal: Error {}

    private func inode() throws -> UInt64 {
        try NetworkNamespace.current().inode
    }

    @Test func runsInsideAndComesBack() throws {
        let pair = try NetworkPair()
        let home = try inode()
        let namespace = try NetworkNamespace.open(pair.a.path)
        let inside = try namespace.perform { try inode() }.get()
        #expect(inside == namespace.inode && inside != home)
        #expect(try inode() == home)

        let failed = try namespace.perform { () throws(Refusal) -> Int in throw Refusal() }
        #expect(throws: Refusal.self) { try failed.get() }
        #expect(try inode() == home)

        // Nested, and with a value that can't be copied.
        let other = try NetworkNamespace.open(pair.b.path)
        let descriptor = try namespace.perform {
            let innermost = try other.perform { try inode() }.get()
            #expect(innermost == other.inode)
            #expect(try inode() == namespace.inode)
            return try OwnedDescriptor.open("/proc/thread-self/ns/net", what: "open")
        }.get()
        #expect(try FileIdentity(of: descriptor.raw, what: "").inode == namespace.inode)
        #expect(try inode() == home)
    }

    @Test func makesOneWithoutAName() throws {
        let home = try inode()
        let made = try NetworkNamespace.create(name: "mine")
        #expect(try inode() == home)
        #expect(made.inode != home && made.name == "mine")
        #expect(try NetworkNamespace.open(made.path).inode == made.inode)
        // Its loopback is down, and everything else isn't there.
        let links = try Command.check(["ip", "-o", "link"], Placement(namespace: made.path))
        #expect(links.split(separator: "\n").count == 1 && links.contains("state DOWN"))
        let counted = try made.perform { () throws(HostError) in
            try InterfaceStatistics.read("lo")
        }.get()
        #expect(counted.transmitDropped == 0)
        let missing = #expect(throws: HostError.self) { try InterfaceStatistics.read("nosuch0") }
        #expect(missing?.code == .malformed)
    }

    @Test func refusesWhatIsNoNamespace() throws {
        let home = try inode()
        let file = try NetworkNamespace.open("/proc/self/ns/mnt")
        let error = #expect(throws: HostError.self) { _ = try file.perform { 1 } }
        #expect(error?.errno == .invalidArgument)
        #expect(try inode() == home)
        let missing = #expect(throws: HostError.self) { _ = try NetworkNamespace.open("/run/no") }
        #expect(missing?.errno == .noSuchFileOrDirectory)
    }

    @Test func listsEachOnce() throws {
        let pair = try NetworkPair()
        // One with a name and two processes, one with a process only.
        let first = try ChildProcess(["sleep", "60"], pair.a.placement)
        let nameless = try ChildProcess(["unshare", "--net", "sleep", "60"])
        let home = try inode()
        #expect(
            try eventually {
                try NetworkNamespace.open(FilePath("/proc/\(nameless.pid)/ns/net")).inode != home
            })
        let all = try NetworkNamespace.all()
        #expect(Set(all.map(\.inode)).count == all.count)
        #expect(all.first?.name == "host")
        let named = try NetworkNamespace.open(FilePath("/proc/\(first.pid)/ns/net"))
        #expect(all.first { $0.inode == named.inode }?.name == "netns/\(pair.a.name)")
        #expect(all.contains { $0.name == "netns/\(pair.b.name)" })
        #expect(all.contains { $0.name == "pid/\(nameless.pid)" })
    }

    @Test func sysctlsAreOfTheNamespace() throws {
        let pair = try NetworkPair()
        let namespace = try NetworkNamespace.open(pair.a.path)
        try Command.check(
            ["sysctl", "-qw", "net.ipv4.tcp_syn_retries=3"], pair.a.placement)
        #expect(
            try namespace.perform { () throws(HostError) in
                try Sysctl().integer("net.ipv4.tcp_syn_retries")
            }.get() == 3)
        #expect(try Sysctl().integer("net.ipv4.tcp_syn_retries") != 3)
    }
}
