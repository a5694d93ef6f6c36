import Host
import LinkModel
import Synchronization
import SystemPackage

/// The dumbbell by the kernel's own means: hosts, a router on each side, and between the routers a
/// veth with netem and tbf (kernel with CONFIG_NET_SCH_NETEM, iproute2).
///
/// The kernel says what passed and what was dropped, and no more: a report has no delays, no samples,
/// no marks, and losses are among the drops. There is no seed.
package final class NetemNetwork: HostNetwork {
    private static let core = "core"

    package let left: [EmulatedHost]
    package let right: [EmulatedHost]
    private let routers: [NetworkNamespace]
    /// What was counted, and when, at the start or the mark.
    private let before = Mutex(Counted())

    private struct Counted {
        var time: Int64 = 0
        var start: Int64 = 0
        var lanes = [LinkCounters(), LinkCounters()]
    }

    package init(
        pairs: [EmulatedNetwork.Pair] = [.init()], link: LinkSpec
    ) throws(EmulatorError) {
        try EmulatedNetwork.validate(pairs, EmulatorOptions())
        let disciplines = [
            try NetemDiscipline(link.down, device: Self.core),
            try NetemDiscipline(link.up, device: Self.core),
        ]
        routers = [try Self.namespace("left router"), try Self.namespace("right router")]
        if disciplines.contains(where: \.usesNetem) || pairs.contains(where: { $0.accessDelay > 0 })
        {
            try Self.requireNetem(in: routers[0])
        }
        try Self.joinRouters(routers)
        left = try Self.attachHosts(.left, pairs, to: routers[0])
        right = try Self.attachHosts(.right, pairs, to: routers[1])
        for (router, discipline) in zip(routers, disciplines) {
            try Self.tc(discipline.lines, in: router)
        }
    }

    package func start() throws(EmulatorError) {
        try mark()
        before.withLock { $0.start = $0.time }
    }

    package func mark() throws(EmulatorError) {
        let lanes = [try count(routers[0]), try count(routers[1])]
        before.withLock {
            $0.time = Int64(KernelClock.monotonic())
            $0.lanes = lanes
        }
    }

    package func stop() throws(EmulatorError) -> EmulatorReport {
        let before = before.withLock { $0 }
        let lanes = zip([try count(routers[0]), try count(routers[1])], before.lanes).map {
            EmulatorReport.Direction(
                counters: $0.since($1), queueingDelay: DelayHistogram(),
                lateness: DelayHistogram(), decisions: nil)
        }
        return EmulatorReport(
            down: lanes[0], up: lanes[1], markTime: before.time - before.start,
            duration: Int64(KernelClock.monotonic()) - before.time, queueSamples: [],
            cpuSeconds: 0, stalls: 0, longestStall: 0, txDropped: 0, isRealTime: false,
            disturbances: [])
    }

    /// What a router has sent to the other one: `Sent 90 bytes 1 pkt (dropped 0, ...`.
    private func count(_ router: NetworkNamespace) throws(EmulatorError) -> LinkCounters {
        let text = try SystemCommand.run(
            ["tc", "-s", "qdisc", "show", "dev", Self.core], in: router)
        let line = text.split(separator: "\n").first { $0.contains("Sent ") } ?? ""
        let numbers = line.split { !$0.isNumber }.compactMap { UInt64($0) }
        guard numbers.count >= 3 else { return LinkCounters() }
        var counters = LinkCounters()
        counters.forwardedPackets = numbers[1]
        counters.forwardedBytes =
            numbers[0] - min(numbers[0], numbers[1] * UInt64(NetemDiscipline.frameHeader))
        counters.queueDrops = numbers[2]
        counters.offeredPackets = numbers[1] + numbers[2]
        return counters
    }

    private static func namespace(_ name: String) throws(EmulatorError) -> NetworkNamespace {
        try host { () throws(HostError) in try NetworkNamespace.create(name: name) }
    }

    /// Whether the kernel has netem is known by trying.
    private static func requireNetem(in namespace: NetworkNamespace) throws(EmulatorError) {
        do {
            try tc(["dev lo root netem delay 1ms"], in: namespace)
        } catch  where error.code == .command {
            throw EmulatorError(
                .notSupported, "cannot use netem", on: "this kernel", because: error.reason,
                advice: "load it (modprobe sch_netem), boot a kernel with CONFIG_NET_SCH_NETEM, "
                    + "or use the userspace backend, which needs nothing of the kernel")
        }
    }

    private static func joinRouters(_ routers: [NetworkNamespace]) throws(EmulatorError) {
        try ip(
            [
                "link add name \(core) address 02:00:00:00:00:01 type veth peer name \(core) "
                    + "address 02:00:00:00:00:02 netns \(routers[1].path)"
            ], in: routers[0])
        for (number, router) in routers.enumerated() {
            let (own, other) = (number + 1, 2 - number)
            try forward(in: router)
            try ip(
                [
                    "address add 169.254.1.\(own)/30 dev \(core)",
                    "link set dev \(core) up",
                    "address add fe80::1:\(own)/64 dev \(core) nodad",
                    // Known for good: a lost ARP or neighbour discovery would stop everything.
                    "neigh replace 169.254.1.\(other) lladdr 02:00:00:00:00:0\(other) "
                        + "dev \(core) nud permanent",
                    "neigh replace fe80::1:\(other) lladdr 02:00:00:00:00:0\(other) "
                        + "dev \(core) nud permanent",
                    "route add 198.\(19 - number).0.0/16 via 169.254.1.\(other) dev \(core)",
                    "-6 route add 2001:2:0:\(other)::/64 via fe80::1:\(other) dev \(core)",
                ], in: router)
        }
    }

    private static func attachHosts(
        _ side: Side, _ pairs: [EmulatedNetwork.Pair], to router: NetworkNamespace
    ) throws(EmulatorError) -> [EmulatedHost] {
        var hosts: [EmulatedHost] = []
        for (number, pair) in pairs.enumerated() {
            let addresses = HostAddresses(side, pair: number)
            let namespace = try namespace("\(side) \(number)")
            let (port, device) = ("port\(number)", EmulatedHost.interface)
            try ip(
                [
                    "link add name \(port) type veth peer name \(device) "
                        + "netns \(namespace.path)",
                    "address add 169.254.0.1/32 dev \(port)",
                    "link set dev \(port) up",
                    "address add fe80::1/64 dev \(port) nodad",
                    "route add \(addresses.ipv4)/32 dev \(port)",
                    "-6 route add \(addresses.ipv6)/128 dev \(port)",
                ], in: router)
            if pair.accessDelay > 0 {
                let line = "dev \(port) root netem limit 100000 delay \(pair.accessDelay)ns"
                try tc([line], in: router)
            }
            try ip(
                [
                    "link set dev lo up",
                    // netem and tbf take a frame for one packet.
                    "link set dev \(device) gso_max_segs 1",
                    "link set dev \(device) up",
                    "address add \(addresses.ipv4)/32 dev \(device)",
                    "address add \(addresses.ipv6)/128 dev \(device) nodad",
                    "route add 169.254.0.1 dev \(device) scope link",
                    "route add 198.18.0.0/15 via 169.254.0.1 src \(addresses.ipv4)",
                    "-6 route add 2001:2::/48 via fe80::1 dev \(device) src \(addresses.ipv6)",
                ], in: namespace)
            hosts.append(
                EmulatedHost(namespace: namespace, ipv4: addresses.ipv4, ipv6: addresses.ipv6))
        }
        return hosts
    }

    private static func forward(in router: NetworkNamespace) throws(EmulatorError) {
        for sysctl in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
            let path = FilePath("/proc/sys/net").appending(sysctl)
            let written = try host { () throws(HostError) in
                try router.perform { () throws(HostError) in
                    let file = try OwnedDescriptor.open(
                        path, .writeOnly, what: "cannot make the router forward")
                    return (try? file.raw.writeAll(Array("1".utf8))) != nil
                }.get()
            }
            guard written else {
                throw EmulatorError(.io, "cannot make the router forward", on: path.string)
            }
        }
    }

    private static func ip(
        _ lines: [String], in namespace: NetworkNamespace
    ) throws(EmulatorError) {
        // Not every command takes -6 inside a batch: those go by themselves.
        let (ipv6, rest) = (
            lines.filter { $0.hasPrefix("-6 ") }, lines.filter { !$0.hasPrefix("-6 ") }
        )
        try SystemCommand.run(["ip", "-batch", "-"], in: namespace, input: rest)
        guard !ipv6.isEmpty else { return }
        try SystemCommand.run(
            ["ip", "-6", "-batch", "-"], in: namespace,
            input: ipv6.map { String($0.dropFirst(3)) })
    }

    private static func tc(
        _ lines: [String], in namespace: NetworkNamespace
    ) throws(EmulatorError) {
        guard !lines.isEmpty else { return }
        try SystemCommand.run(
            ["tc", "-batch", "-"], in: namespace, input: lines.map { "qdisc add " + $0 })
    }
}
