import CTcptuneABI
import Glibc
import Host
import Profiles
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import BPF
@testable import Tuner

/// Suites on the kernel: one after the other, since they look at what the kernel is made to do.
@Suite(.serialized) struct HeaderOptionSuites {}

/// Two hosts, a cgroup on each, and a tuner with pins of its own.
final class HeaderRig {
    let tuner: Tuner
    let client: TemporaryCgroup
    let server: TemporaryCgroup
    let near: NetworkPair.End
    let far: NetworkPair.End
    private let pair: Owned<NetworkPair>?
    private let routed: Owned<RoutedPair>?
    private let capture: SegmentCapture
    private var captured: [TCPSegment] = []

    private final class Owned<Value: ~Copyable> {
        let value: Value
        init(_ value: consuming Value) { self.value = value }
    }

    /// With a middlebox between the hosts, or a veth.
    init(middlebox: Bool = false) throws {
        try KernelTest.require("ip", "nft", "bpftool")
        if middlebox {
            let network = Owned(try RoutedPair())
            (near, far) = (network.value.a, network.value.b)
            (pair, routed) = (nil, network)
        } else {
            let network = Owned(try NetworkPair())
            (near, far) = (network.value.a, network.value.b)
            (pair, routed) = (network, nil)
        }
        tuner = try Tuner(stateDirectory: "/sys/fs/bpf/tcptune-header-\(getpid())")
        client = try TemporaryCgroup()
        server = try TemporaryCgroup()
        // At the peer, or in front of what doesn't let everything through.
        let end = middlebox ? near : far
        capture = try SegmentCapture(end.interface, in: end.path)
    }

    deinit {
        _ = try? tuner.detachAll()
    }

    var clientTarget: Target { .cgroup(client.path.string) }
    var serverTarget: Target { .cgroup(server.path.string) }
    var clientPlacement: Placement { client.placement(namespace: near.path) }
    var serverPlacement: Placement { server.placement(namespace: far.path) }

    /// Both ends with the same options, unless the server's are given.
    func apply(_ options: [HeaderOption], server: [HeaderOption]? = nil) throws {
        try apply(Profile(name: "near", headerOptions: options), to: clientTarget)
        try apply(Profile(name: "far", headerOptions: server ?? options), to: serverTarget)
    }

    @discardableResult
    func apply(_ profile: Profile, to target: Target) throws -> ApplyReport {
        try tuner.apply(profile, to: [target])
    }

    /// Listeners that are open before can't be reached on every kernel.
    func requireListeners(before: Bool) throws {
        let isPresent = try !before || KernelFeature.iteratorCallbacks.isPresent()
        try KernelTest.require("callbacks switched on by iterators", isPresent: isPresent)
    }

    /// What the middlebox does to packets.
    func filter(_ rules: String) throws {
        try routed?.value.filter(rules)
    }

    func listen(ipv6: Bool = false, configure: (TCPOptions) throws -> Void = { _ in }) throws
        -> TCPServer
    {
        try listen(at: ipv6 ? far.ipv6 : far.ipv4, configure: configure)
    }

    func listen(
        at address: String, configure: (TCPOptions) throws -> Void = { _ in }
    ) throws -> TCPServer {
        try TCPServer(serverPlacement, address: address, configure: configure)
    }

    func connect(
        to listener: TCPServer, configure: (TCPOptions) throws -> Void = { _ in }
    ) throws -> HeaderConnection {
        let client = try TCPConnection.connect(
            clientPlacement, to: listener.address, port: listener.port
        ) {
            try $0.set(CInt(IPPROTO_TCP), 1, 1)  // TCP_NODELAY
            try configure($0)
        }
        let server = try listener.accept()
        try server.options.set(CInt(IPPROTO_TCP), 1, 1)
        return HeaderConnection(client: client, server: server)
    }

    func counts(_ target: Target) throws -> HeaderOptionCounts {
        try Telemetry(tuner).statistics(of: try tuner.attachments(of: [target]))[0].headerOptions
    }

    /// What is known of a tuned socket.
    func connection(_ socket: TCPConnection) throws -> Connection? {
        let cookie = try socket.cookie()
        var found: Connection?
        try Telemetry(tuner).forEachConnection(of: try tuner.attachments()) { connection, _ in
            if connection.cookie == cookie { found = connection }
        }
        return found
    }

    /// What has passed so far, both ways.
    func allSegments() throws -> [TCPSegment] {
        captured += try capture.read()
        return captured
    }

    /// What has passed so far, from one end to the other.
    func segments(from port: UInt16) throws -> [TCPSegment] {
        try allSegments().filter { $0.sourcePort == port }
    }

    /// How often the kernel runs a cgroup's program meanwhile.
    func runs(of target: Target, _ body: () throws -> Void) throws -> Int {
        let program = try tuner.attachments(of: [target])[0].programID
        func count() throws -> Int {
            let shown = try Command.check(["bpftool", "-j", "prog", "show", "id", "\(program)"])
            guard let at = shown.firstRange(of: "\"run_cnt\":") else { return 0 }
            return Int(shown[at.upperBound...].prefix { $0.isNumber }) ?? 0
        }
        let name = "kernel.bpf_stats_enabled"
        let before = try Command.check(["sysctl", "-n", name]).filter(\.isNumber)
        try Command.check(["sysctl", "-qw", "\(name)=1"])
        defer { _ = try? Command.run(["sysctl", "-qw", "\(name)=\(before)"]) }
        let begin = try count()
        try body()
        return try count() - begin
    }

    func sysctl(_ setting: String, in end: NetworkPair.End) throws {
        try Command.check(["sysctl", "-qw", setting], end.placed)
    }
}

extension NetworkPair.End {
    var placed: Placement { Placement(namespace: path) }
}

/// Both ends of a connection.
struct HeaderConnection {
    let client: TCPConnection
    let server: TCPConnection

    /// A byte there and one back, and both acknowledged.
    func exchange(_ times: Int = 1) throws {
        for _ in 0..<times {
            try client.send([1])
            _ = try server.receive(1)
            try server.send([2])
            _ = try client.receive(1)
            try settle()
        }
    }

    /// Waits until nothing is under way, and longer than options keep apart.
    func settle() throws {
        let isSettled = try eventually {
            try client.info().unacked == 0 && server.info().unacked == 0
        }
        #expect(isSettled)
        usleep(2000)
    }
}

extension TCPSegment {
    /// tcptune's and others' options, without padding; the kernel's own left out.
    var headerOptions: [HeaderOptionWire] {
        let (options, isTruncated) = HeaderOptionWire.parse(options)
        #expect(!isTruncated)
        return options.filter {
            if case .other(let kind, _) = $0 { ![2, 3, 4, 5, 8, 34].contains(kind) } else { true }
        }
    }

    var hello: HelloOption? {
        headerOptions.lazy.compactMap { if case .hello(let hello) = $0 { hello } else { nil } }
            .first
    }

    var telemetry: TelemetryOption? {
        headerOptions.lazy.compactMap { if case .telemetry(let said) = $0 { said } else { nil } }
            .first
    }

    /// Whether it has an experimental option with this ExID.
    func has(_ wanted: UInt16) -> Bool {
        headerOptions.contains { if case .experiment(wanted, _) = $0 { true } else { false } }
    }

    var userTimeout: Int? {
        headerOptions.lazy.compactMap {
            if case .userTimeout(let timeout) = $0 { timeout.seconds } else { nil }
        }.first
    }
}

extension [TCPSegment] {
    var beyondTheHandshake: [TCPSegment] { filter { !$0.flags.contains(.syn) } }
    var synchronizing: [TCPSegment] { filter { $0.flags.contains(.syn) } }
}

extension HeaderOption {
    static let telemetry = HeaderOption(.telemetry(every: .roundTrip))
    static let identity = HeaderOption(.identity(workload: true, profile: true))

    static func raw(
        _ exid: UInt16, _ value: [UInt8], on segments: Set<Segment>,
        every cadence: Cadence = .roundTrip
    ) -> HeaderOption {
        HeaderOption(.raw(id: .exid(exid), value: value, on: segments, every: cadence))
    }
}
