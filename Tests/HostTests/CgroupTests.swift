import CShim
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite struct CgroupTests {
    let hierarchy: CgroupHierarchy

    init() throws {
        try KernelTest.require()
        hierarchy = try CgroupHierarchy.discover()
    }

    private func failure<R>(_ body: () throws(HostError) -> R) -> HostError? {
        #expect(throws: HostError.self) { _ = try body() }
    }

    @Test func findsTheMount() throws {
        let mounts = try MountInfo.read().mounts
        #expect(mounts.contains { $0.type == "cgroup2" && $0.mountPoint == hierarchy.mountPoint })
        #expect(hierarchy.root.level == 0 && hierarchy.root.name == "" && hierarchy.root.exists())
    }

    @Test func resolvesPaths() throws {
        let temporary = try TemporaryCgroup()
        let child = try temporary.child("a b")
        let cgroup = temporary.cgroup
        #expect(cgroup.level == 1 && child.cgroup.level == 2)
        #expect(child.cgroup.name == cgroup.name + "/a b")
        for spelling in [
            child.path.string, child.cgroup.name, child.cgroup.name + "/",
            child.path.string + "/../a b/.",
        ] {
            #expect(try hierarchy.cgroup(at: spelling) == child.cgroup)
        }
        #expect(try hierarchy.cgroup(at: ".") == hierarchy.root)
    }

    @Test func idIsTheKernels() throws {
        let temporary = try TemporaryCgroup()
        var id: UInt64 = 0
        #expect(temporary.path.withPlatformString { cshim_cgroup_id($0, &id) } == 0)
        #expect(temporary.cgroup.id == id)
        #expect(try hierarchy.cgroup(id: id) == temporary.cgroup)
        #expect(try hierarchy.cgroup(id: hierarchy.root.id) == hierarchy.root)
        #expect(try hierarchy.cgroup(id: 1 << 40) == nil)
    }

    @Test func knowsARemovedOne() throws {
        let name: String
        let old: Cgroup
        do {
            let temporary = try TemporaryCgroup()
            (name, old) = (temporary.cgroup.name, temporary.cgroup)
            #expect(old.exists())
        }
        #expect(!old.exists())
        #expect(try hierarchy.cgroup(id: old.id) == nil)
        #expect(failure { () throws(HostError) in _ = try old.open() }?.code == .cgroupGone)
        // Another one of the same name isn't it.
        try #require(old.path.withPlatformString { mkdir($0, 0o755) } == 0)
        defer { old.path.withPlatformString { _ = rmdir($0) } }
        #expect(try hierarchy.cgroup(at: name).id != old.id)
        #expect(!old.exists())
        #expect(failure { () throws(HostError) in _ = try old.open() }?.code == .cgroupGone)
    }

    @Test func listsDescendantsAndProcesses() throws {
        let temporary = try TemporaryCgroup()
        let b = try temporary.child("b")
        let a = try temporary.child("a")
        let c = try b.child("c")
        #expect(try temporary.cgroup.children() == [a.cgroup, b.cgroup])
        #expect(try temporary.cgroup.descendants() == [a.cgroup, b.cgroup, c.cgroup])

        let first = try ChildProcess(["sleep", "60"], temporary.placement())
        let second = try ChildProcess(["sleep", "60"], c.placement())
        #expect(try temporary.cgroup.processes() == [first.pid])
        #expect(
            try temporary.cgroup.processes(recursive: true) == [first.pid, second.pid].sorted())
        #expect(try hierarchy.cgroup(pid: second.pid) == c.cgroup)
        try temporary.add(second.pid)
        #expect(try hierarchy.cgroup(pid: second.pid) == temporary.cgroup)
    }

    @Test func refusesProcessesWithoutACgroup() throws {
        let missing = failure { () throws(HostError) in try hierarchy.cgroup(pid: 1 << 22 | 1) }
        #expect(missing?.code == .noSuchProcess)
        let zombie = try ChildProcess(["true"])
        #expect(
            try eventually {
                try Command.check(["cat", "/proc/\(zombie.pid)/stat"]).contains(") Z ")
            })
        #expect(
            failure { () throws(HostError) in try hierarchy.cgroup(pid: zombie.pid) }?.code
                == .zombie)
    }

    @Test func findsUnits() throws {
        let temporary = try TemporaryCgroup()
        let unique = "u\(getpid())x\(temporary.cgroup.id)"
        let service = try temporary.child(unique + ".service")
        let slice = try temporary.child("system.slice")
        #expect(try hierarchy.cgroup(unit: unique) == service.cgroup)
        #expect(try hierarchy.cgroup(unit: unique + ".service") == service.cgroup)
        let misspelt = failure { () throws(HostError) in
            try hierarchy.cgroup(unit: unique + "y.service")
        }
        #expect(misspelt?.code == .noSuchUnit)
        #expect(misspelt?.advice?.contains(unique + ".service") == true)
        let scope = try slice.child(unique + ".scope")
        let ambiguous = failure { () throws(HostError) in try hierarchy.cgroup(unit: unique) }
        #expect(ambiguous?.code == .ambiguousUnit)
        #expect(ambiguous?.description.contains(scope.cgroup.name) == true)
        #expect(try hierarchy.cgroup(unit: unique + ".scope") == scope.cgroup)
    }
}
