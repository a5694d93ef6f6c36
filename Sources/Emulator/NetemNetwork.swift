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
    static let core = "core"

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
        let now = try count()
        before.withLock {
            $0.time = now.time
            $0.lanes = now.lanes
        }
    }

    package func stop() throws(EmulatorError) -> EmulatorReport {
        let before = before.withLock { $0 }
        let now = try count()
        let lanes = zip(now.lanes, before.lanes).map {
            EmulatorReport.Direction(
                counters: $0.since($1), queueingDelay: DelayHistogram(),
                lateness: DelayHistogram(), decisions: nil)
        }
        return EmulatorReport(
            down: lanes[0], up: lanes[1], markTime: before.time - before.start,
            duration: now.time - before.time, queueSamples: [],
            cpuSeconds: 0, stalls: 0, stalled: 0, longestStall: 0, txDropped: 0, isRealTime: false,
            disturbances: [])
    }

    private func count() throws(EmulatorError) -> Counted {
        let down = try count(routers[0])
        // tc takes a while: this is nearest to both.
        let time = Int64(KernelClock.monotonic())
        return Counted(time: time, lanes: [down, try count(routers[1])])
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
        // By the size table: without the frames' headers.
        counters.forwardedBytes = numbers[0]
        counters.queueDrops = numbers[2]
        counters.offeredPackets = numbers[1] + numbers[2]
        return counters
    }

    static func namespace(_ name: String) throws(EmulatorError) -> NetworkNamespace {
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

    static func ip(
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

    static func tc(
        _ lines: [String], in namespace: NetworkNamespace
    ) throws(EmulatorError) {
        guard !lines.isEmpty else { return }
        try SystemCommand.run(
            ["tc", "-batch", "-"], in: namespace, input: lines.map { "qdisc add " + $0 })
    }
}
