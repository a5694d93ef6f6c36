import Glibc
import SystemPackage
import Testing

@testable import Host
@testable import TestSupport

@Suite struct KernelFactsTests {
    @Test(arguments: [
        ("6.18.44-fc-v657", 6, 18, 44), ("6.1", 6, 1, 0), ("6.12.0+", 6, 12, 0),
        ("5.15.0-1034-aws", 5, 15, 0), ("6.9-rc1", 6, 9, 0),
    ])
    func readsReleases(text: String, major: Int, minor: Int, patch: Int) throws {
        let release = try #require(KernelRelease(text))
        #expect((release.major, release.minor, release.patch) == (major, minor, patch))
        #expect(release.description == text)
    }

    @Test func ordersReleases() throws {
        let old = try #require(KernelRelease("6.9.12"))
        let new = try #require(KernelRelease("6.10.0"))
        #expect(old < new && KernelRelease("six") == nil)
    }

    @Test func readsThisMachine() throws {
        let kernel = Kernel()
        var name = utsname()
        uname(&name)
        let release = withUnsafeBytes(of: &name.release) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        #expect(try kernel.release().text == release)
        #expect(try kernel.possibleCPUs() >= sysconf(Int32(_SC_NPROCESSORS_CONF)))
        #expect(
            try kernel.availableCongestionControls().contains(kernel.defaultCongestionControl()))
        #expect(try kernel.defaultQdisc()?.isEmpty != true)
    }

    @Test func countsPossibleCPUs() throws {
        let roots = try FakeRoots(sys: ["devices/system/cpu/possible": "0-3,8,10-11\n"])
        #expect(try Kernel(roots.roots).possibleCPUs() == 7)
        #expect(!Kernel(roots.roots).hasBTF)
        for text in ["3-0\n", "0-9223372036854775807\n", "0-1-2\n"] {
            let bad = try FakeRoots(sys: ["devices/system/cpu/possible": text])
            #expect(throws: HostError.self) { try Kernel(bad.roots).possibleCPUs() }
        }
    }

    @Test func readsSysctls() throws {
        let roots = try FakeRoots(proc: [
            "sys/net/ipv4/tcp_rmem": "4096\t131072\t6291456\n", "sys/net/core/somaxconn": "128\n",
            "sys/net/ipv4/conf/eth0.1/mtu": "1500\n",
        ])
        let sysctl = Sysctl(roots.roots)
        #expect(try sysctl.read("net.ipv4.tcp_rmem") == "4096\t131072\t6291456")
        #expect(try sysctl.integer("net.core.somaxconn") == 128)
        #expect(try sysctl.integer("net/ipv4/conf/eth0.1/mtu") == 1500)
        #expect(try Kernel(roots.roots).defaultQdisc() == nil)
        let missing = #expect(throws: HostError.self) { try sysctl.read("net.ipv4.no_such") }
        #expect(missing?.code == .noSuchSysctl && missing?.subject == "net.ipv4.no_such")
        let text = #expect(throws: HostError.self) { try sysctl.integer("net.ipv4.tcp_rmem") }
        #expect(text?.code == .malformed)
    }

    @Test func namesCapabilities() throws {
        #expect(Capability.allCases.count == 41)
        let roots = try FakeRoots(proc: ["self/status": "Name:\tx\nCapEff:\t000000c000001000\n"])
        let some = try Capabilities.current(roots.roots)
        #expect(some.effective == [.netAdmin, .perfmon, .bpf])
        #expect(some.missing([.bpf, .sysAdmin, .netAdmin, .sysPtrace]) == [.sysAdmin, .sysPtrace])
        let admin = Capabilities(mask: 1 << 21)
        #expect(admin.missing([.bpf, .perfmon, .netAdmin]) == [.netAdmin])
    }

    @Test func probesCongestionControls() throws {
        try KernelTest.require()
        let kernel = Kernel()
        #expect(try kernel.probeCongestionControl("reno"))
        #expect(try !kernel.probeCongestionControl("no_such_cc"))
        #expect(try !kernel.probeCongestionControl(""))
        // The kernel would read the first 15 characters.
        #expect(try !kernel.probeCongestionControl("reno" + String(repeating: "x", count: 20)))
    }

    @Test func clocksAgree() {
        #expect([1000, 3333, 3334, 4000, 10000].contains(KernelClock.jiffyMicroseconds()))
        let before = KernelClock.monotonic()
        #expect(KernelClock.monotonic() >= before && KernelClock.boottime() >= before)
        #expect(KernelClock.realtime() > 1_700_000_000_000_000_000)
    }

    @Test func findsTheBPFFilesystem() throws {
        try KernelTest.require()
        let found = try #require(try BPFFilesystem.find())
        #expect(try BPFFilesystem.contains(found.mountPoint))
        #expect(try BPFFilesystem.mount(at: found.mountPoint) == found)
        #expect(try !BPFFilesystem.contains("/proc"))
        let missing = #expect(throws: HostError.self) { try BPFFilesystem.contains("/no/such") }
        #expect(missing?.errno == .noSuchFileOrDirectory)
        let none = try FakeRoots(proc: ["self/mountinfo": "1 1 8:1 / / rw - ext4 x rw\n"])
        #expect(try BPFFilesystem.find(none.roots) == nil)
    }

    @Test func mountsABPFFilesystem() throws {
        try KernelTest.require()
        let directory = try TemporaryDirectory()
        #expect(try BPFFilesystem.mount(at: directory.path).mountPoint == directory.path)
        #expect(try BPFFilesystem.contains(directory.path))
        directory.path.withPlatformString { _ = umount($0) }
    }

    @Test func errorsAreSentences() {
        let error = HostError(
            Errno.notPermitted, "cannot enter", on: "netns/a", advice: "run as root")
        #expect(error.code == .permission)
        #expect(
            error.description == "cannot enter: netns/a: Operation not permitted; run as root")
    }
}
