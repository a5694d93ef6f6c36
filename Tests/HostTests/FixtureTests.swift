import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

/// The fixtures that all kernel suites stand on.
@Suite struct FixtureTests {
    init() throws {
        try KernelTest.require("ip", "ss")
    }

    @Test func commandsReportHowTheyEnd() throws {
        #expect(try Command.check(["cat"], input: Array("text".utf8)) == "text")
        let failed = try Command.run(["sh", "-c", "echo no >&2; exit 3"])
        #expect(failed.status == 3 && failed.standardError == "no\n" && !failed.succeeded)
        #expect(try Command.run(["sh", "-c", "kill -9 $$"]).status == 128 + 9)
        #expect(try Command.check(["sh", "-c", "echo $A"], environment: ["A": "b"]) == "b\n")
        #expect(throws: TestSupportError.self) { try Command.run(["no-such-program"]) }
        #expect(throws: TestSupportError.self) {
            try Command.run(["sleep", "60"], timeout: .milliseconds(10))
        }
    }

    @Test func placesProcesses() throws {
        let cgroup = try TemporaryCgroup()
        let pair = try NetworkPair()
        let both = cgroup.placement(namespace: pair.b.path)
        let output = try Command.check(
            ["sh", "-c", "grep ^0: /proc/self/cgroup; ip -o -4 address show dev veth0"], both)
        #expect(output.contains("0::/" + cgroup.cgroup.name))
        #expect(output.contains(pair.b.ipv4))
    }

    @Test(arguments: ["10.77.0.2", "fd77::2", "::ffff:10.77.0.2"])
    func placesSockets(address: String) throws {
        let cgroup = try TemporaryCgroup()
        let pair = try NetworkPair()
        let server = try TCPServer(
            pair.b.placement, address: address.hasPrefix("::ffff") ? "::" : address)
        let client = try TCPConnection.connect(
            cgroup.placement(namespace: pair.a.path), to: address, port: server.port)
        let accepted = try server.accept()
        try client.send(Array("hello".utf8))
        #expect(try accepted.receive() == Array("hello".utf8))

        // ss knows a socket's cgroup and namespace independently of the fixtures.
        let sockets = try Command.check(
            ["ss", "-tnH", "--cgroup", "state", "established"], pair.a.placement)
        #expect(sockets.contains("cgroup:/\(cgroup.cgroup.name)"))
        #expect(sockets.contains(":\(server.port)"))
        #expect(try Command.check(["ss", "-tnH"], .here).contains(":\(server.port) ") == false)
    }

    @Test func makesManyConnections() throws {
        let pair = try NetworkPair()
        let server = try TCPServer(pair.b.placement, address: pair.b.ipv4)
        let clients = try TCPConnection.connectMany(
            500, pair.a.placement, to: pair.b.ipv4, port: server.port)
        let accepted = try clients.map { _ in try server.accept() }
        #expect(Set(clients.map(\.localPort)).count == 500)
        #expect(try Set(accepted.map { try $0.cookie() }).count == 500)
    }

    @Test func infoAgreesWithSs() throws {
        let pair = try NetworkPair()
        let ends = try TCPConnection.pair(
            client: pair.a.placement, server: pair.b.placement, address: pair.b.ipv4)
        try transfer(50_000_000, from: ends.client, to: ends.server)
        #expect(try eventually { try ends.client.info().bytesAcked == 50_000_001 })
        let info = try ends.client.info()
        let line = try Command.check(["ss", "-tinH"], pair.a.placement)
        let expected = [
            "cwnd:\(info.sndCwnd)", "bytes_acked:\(info.bytesAcked)",
            "bytes_sent:\(info.bytesSent)", "segs_out:\(info.segsOut)", "segs_in:\(info.segsIn)",
            "data_segs_out:\(info.dataSegsOut)", "delivered:\(info.delivered)",
            "snd_wnd:\(info.sndWnd)", "mss:\(info.sndMSS)", "pmtu:\(info.pmtu)",
            "wscale:\(info.sndWindowScale),\(info.rcvWindowScale)",
        ]
        for field in expected {
            #expect(line.contains(" " + field), "\(field) in \(line)")
        }
        #expect(info.state == 1 && info.minRTT > 0)
        #expect(info.busyTime > 0 && info.deliveryRate > 0)
        #expect(try ends.server.info().bytesReceived == 50_000_000)
        #expect(try line.contains(ends.client.options.congestionControl))
    }

    @Test func optionsAreReadBack() throws {
        let ends = try TCPConnection.pair()
        try ends.client.options.setCongestionControl("reno")
        #expect(try ends.client.options.congestionControl == "reno")
        try ends.client.options.set(Int32(IPPROTO_TCP), 1, 1)
        try ends.client.options.set(Int32(IPPROTO_TCP), 18, 1234)
        try ends.client.options.set(Int32(IPPROTO_TCP), 25, 65536)
        try ends.client.options.set(Int32(IPPROTO_IP), 1, 10 << 2)
        try ends.client.options.set(SOL_SOCKET, SO_SNDBUF, 100_000)
        let options = ends.client.options
        #expect(try options.noDelay && options.userTimeout == 1234)
        #expect(try options.notSentLowWatermark == 65536 && options.tos == 40)
        #expect(try options.sendBuffer == 200_000 && !options.keepAlive)
        #expect(try options.keepIdle == Sysctl().integer("net.ipv4.tcp_keepalive_time"))
        #expect(try options.maximumPacingRate == .max)
    }

    @Test func connectionsEnd() throws {
        let ends = try TCPConnection.pair()
        try ends.client.shutdownWrite()
        #expect(try ends.server.receive().isEmpty)
        let aborted = try TCPConnection.pair()
        try aborted.client.abort()
        #expect(throws: TestSupportError.self) { try aborted.server.receive() }
        #expect(throws: TestSupportError.self) {
            try TCPConnection.connect(to: "127.0.0.1", port: 1)
        }
    }

    @Test func fixturesGoAway() throws {
        let path: FilePath
        let namespace: FilePath
        do {
            let cgroup = try TemporaryCgroup()
            let child = try cgroup.child("child")
            let pair = try NetworkPair()
            let process = try ChildProcess(["sleep", "60"], child.placement())
            (path, namespace) = (cgroup.path, pair.a.path)
            #expect(access(path.string, F_OK) == 0 && access(namespace.string, F_OK) == 0)
            #expect(try child.cgroup.processes() == [process.pid])
        }
        #expect(access(path.string, F_OK) != 0 && access(namespace.string, F_OK) != 0)
    }

    @Test func sweepsUpAfterTheDead() throws {
        // A process that is certainly gone made these.
        var dead = try ChildProcess(["true"])
        let pid = dead.pid
        _ = try dead.wait()
        let cgroup = try CgroupHierarchy.discover().mountPoint.appending("tcptune-test-\(pid)-1")
        let nested = cgroup.appending("x")
        for path in [cgroup, nested] {
            try #require(path.withPlatformString { mkdir($0, 0o755) } == 0)
        }
        try Command.check(["ip", "netns", "add", "tt-\(pid)-1-a"])
        var left = try ChildProcess(["sleep", "60"], Placement(cgroup: nested))
        let mine = try TemporaryCgroup()
        StaleFixtures.sweep()
        #expect(access(cgroup.string, F_OK) != 0)
        #expect(access("/run/netns/tt-\(pid)-1-a", F_OK) != 0)
        #expect(try left.wait().status == 128 + SIGKILL)
        #expect(mine.cgroup.exists())
    }
}
