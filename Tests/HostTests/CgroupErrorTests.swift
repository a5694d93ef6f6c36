import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Host

/// What a user may give as a cgroup that isn't one.
@Suite struct CgroupErrorTests {
    let hierarchy: CgroupHierarchy

    init() throws {
        try KernelTest.require()
        hierarchy = try CgroupHierarchy.discover()
    }

    private func refused(_ path: String) throws -> HostError {
        try #require(throws: HostError.self) { try hierarchy.cgroup(at: path) }
    }

    @Test func suggestsTheNearestName() throws {
        let temporary = try TemporaryCgroup()
        let child = try temporary.child("frontend")
        let error = try refused(temporary.cgroup.name + "/fronted/api")
        #expect(error.code == .noSuchCgroup)
        #expect(error.description.contains("no 'fronted' in \(temporary.path)"))
        #expect(error.advice == "did you mean \(child.path.lastComponent!.string)?")
    }

    @Test func tellsAPathOfTheHierarchy() throws {
        let temporary = try TemporaryCgroup()
        // As /proc/PID/cgroup shows it.
        let error = try refused("/" + temporary.cgroup.name)
        #expect(error.code == .noSuchCgroup)
        #expect(error.advice == "the cgroup is at \(temporary.path)")
    }

    @Test func refusesAFile() throws {
        let error = try refused(hierarchy.mountPoint.appending("cgroup.procs").string)
        #expect(error.code == .notDirectory)
        #expect(error.advice == "name the directory: \(hierarchy.mountPoint)")
        let below = try refused(hierarchy.mountPoint.appending("cgroup.procs/x").string)
        #expect(below.code == .notDirectory)
    }

    @Test func saysWhatIsMissingElsewhere() throws {
        let error = try refused("/no/such/place")
        #expect(error.code == .noSuchCgroup)
        #expect(error.subject == "/no/such/place")
        #expect(error.reason == "there is no 'no' in /")
        #expect(error.advice?.contains(hierarchy.mountPoint.string) == true)
    }

    @Test(arguments: ["/", "/proc", "/tmp", "/sys"])
    func refusesOtherFileSystems(path: String) throws {
        let error = try refused(path)
        #expect(error.code == .notCgroup2)
        #expect(error.advice?.contains(hierarchy.mountPoint.string) == true)
    }

    @Test func refusesVersion1() throws {
        guard let mount = hierarchy.version1.first(where: { $0.superOptions.contains("memory") })
        else {
            // A host without v1 hierarchies can't have a path in one.
            #expect(try MountInfo.read().mounts.allSatisfy { $0.type != "cgroup" })
            return
        }
        let error = try refused(mount.mountPoint.string)
        #expect(error.code == .cgroup1)
        #expect(error.reason == "it belongs to the cgroup v1 hierarchy of memory")
        #expect(error.advice == "the v2 path is \(hierarchy.mountPoint)")
        let missing = try refused(mount.mountPoint.appending("no-such").string)
        #expect(missing.code == .cgroup1)

        let temporary = try TemporaryDirectory(below: mount.mountPoint)
        let noTwin = try refused(temporary.path.string)
        #expect(noTwin.code == .cgroup1)
        #expect(noTwin.advice?.contains("there is no \(hierarchy.mountPoint)/") == true)
    }

    @Test func needsACgroup2Mount() throws {
        let roots = try FakeRoots(proc: [
            "self/mountinfo": "36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        ])
        let error = #expect(throws: HostError.self) { try CgroupHierarchy.discover(roots.roots) }
        #expect(error?.code == .noCgroup2Mount)
    }

    @Test func prefersTheWholeHierarchy() throws {
        let temporary = try TemporaryCgroup()
        let text = """
            1 0 0:38 /\(temporary.cgroup.name) \(temporary.path) rw - cgroup2 none rw
            2 0 0:38 / \(hierarchy.mountPoint) rw - cgroup2 none rw

            """
        let both = try FakeRoots(proc: ["self/mountinfo": text])
        #expect(try CgroupHierarchy.discover(both.roots).mountPoint == hierarchy.mountPoint)
    }

    @Test func placesProcessesInAPartlyMountedHierarchy() throws {
        let temporary = try TemporaryCgroup()
        let name = temporary.cgroup.name
        let child = try temporary.child("x")
        let roots = try FakeRoots(proc: [
            "self/mountinfo": "1 0 0:38 /\(name) \(temporary.path) rw - cgroup2 none rw\n",
            "7/stat": "7 (odd) Z name) S 1 7 7\n", "7/cgroup": "4:memory:/\n0::/\(name)/x\n",
            "8/stat": "8 (up) S 1 7 7\n", "8/cgroup": "0::/other\n",
            "9/stat": "9 (gone) S 1 7 7\n", "9/cgroup": "0::/\(name)/y (deleted)\n",
            "10/stat": "10 (v1) S 1 7 7\n", "10/cgroup": "4:memory:/\n",
        ])
        let part = try CgroupHierarchy.discover(roots.roots)
        let found = try part.cgroup(pid: 7)
        #expect(found.path == child.path && found.name == "x" && found.level == 2)
        for (pid, code) in [
            (8, HostError.Code.outsideNamespace), (9, .cgroupGone), (10, .noCgroup2Mount),
        ] {
            let error = #expect(throws: HostError.self) { try part.cgroup(pid: pid_t(pid)) }
            #expect(error?.code == code)
        }
    }
}
