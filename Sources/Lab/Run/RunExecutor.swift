import Emulator
import Host
import LinkModel
import Telemetry
import Tuner
import Workloads

/// Makes one run: builds the path, starts the traffic, measures, takes everything down.
struct RunExecutor {
    let scenario: Scenario
    let path: BenchPath
    let binary: String
    let cgroups: BenchCgroups
    let tuner: Tuner
    let interruption: Interruption

    /// What a run gave.
    struct Outcome {
        var parts: [Part]
        /// Nil on a real path.
        var link: EmulatorReport?

        /// One arm's.
        struct Part {
            /// As in the records: `a`, `b` or `a'`.
            var arm: String
            /// One for each pair of hosts that had traffic.
            var clients: [LoadReport]
            /// Empty on a real path.
            var servers: [LoadReport]
            /// What the kernel counted since the warm-up.
            var statistics: AttachmentStatistics
        }
    }

    /// One arm's processes.
    private struct Traffic {
        let arm: String
        let cgroup: Cgroup
        let workload: Workload
        let port: UInt16
        var servers: [LoadProcess] = []
        var clients: [LoadProcess] = []
    }

    /// From the start of the processes to that of the traffic: each takes some 20 ms to be ready.
    private static let lead: UInt64 = 300_000_000
    private static let firstPort: UInt16 = 7001

    func run(_ run: RunPlan.Run) throws -> Outcome {
        var traffic = try makeTraffic(run.treatment)
        let network = try path.link.map { try makeNetwork($0, seed: run.seed) }
        try network?.start()
        let start = KernelClock.monotonic() + Self.lead
        for index in traffic.indices {
            try startServers(&traffic[index], network, start: start)
            try startClients(&traffic[index], network, start: start, seed: run.seed)
        }
        try sleep(until: start + UInt64(scenario.warmUp * 1e9))
        network?.mark()
        let before = try statistics(traffic)
        try sleep(until: start + UInt64(scenario.duration * 1e9))
        let after = try statistics(traffic)
        try waitForClients(traffic)
        let report = try network?.stop()
        let parts = try zip(traffic, zip(before, after)).map { traffic, counted in
            for server in traffic.servers { server.stop() }
            return Outcome.Part(
                arm: traffic.arm, clients: try traffic.clients.map { try $0.report() },
                servers: try traffic.servers.map { try $0.report() },
                statistics: counted.1.since(counted.0))
        }
        return Outcome(parts: parts, link: report)
    }

    private func makeTraffic(_ treatment: RunPlan.Treatment) throws -> [Traffic] {
        try treatment.arms.enumerated().map { index, arm in
            guard let cgroup = cgroups.cgroups[arm == "a'" ? "a" : arm] else {
                throw BenchError(.failed, "there is no arm \(arm)")
            }
            var workload = scenario.workload
            if let share = treatment.share {
                workload = workload.withFlows(share: arm == "b" ? share : 1 - share)
            }
            return Traffic(
                arm: arm, cgroup: cgroup, workload: workload,
                port: Self.firstPort + UInt16(index))
        }
    }

    private func makeNetwork(_ link: LinkSpec, seed: UInt64) throws -> any LabNetwork {
        let network = try EmulatedNetwork(
            pairs: scenario.accessDelays.map { EmulatedNetwork.Pair(accessDelay: $0) },
            link: link, seed: seed)
        try HostTuning.apply(to: network.left + network.right)
        return network
    }

    /// On a real path the other end serves already.
    private func startServers(
        _ traffic: inout Traffic, _ network: (any LabNetwork)?, start: UInt64
    ) throws {
        guard let network else { return }
        for host in network.left {
            var options = LoadServer.Options()
            options.address = host.ipv4
            options.port = traffic.port
            options.origin = start
            options.warmUp = scenario.warmUp
            options.duration = scenario.duration
            traffic.servers.append(
                try .server(
                    options, binary: binary, cgroup: traffic.cgroup, namespace: host.namespace))
        }
        for server in traffic.servers { try server.waitUntilReady() }
    }

    private func startClients(
        _ traffic: inout Traffic, _ network: (any LabNetwork)?, start: UInt64, seed: UInt64
    ) throws {
        let pairs = network?.left.count ?? 1
        for pair in 0..<pairs {
            guard let workload = traffic.workload.part(pair, of: pairs) else { continue }
            var address = path.server
            if let network {
                address = ServerAddress(host: network.left[pair].ipv4, port: traffic.port)
            }
            var options = LoadClient.Options(
                workload: workload, addresses: [address].compactMap { $0 })
            // The tuned end sends the data: here the server, on a real path the client.
            options.direction = network == nil ? .up : .down
            options.seed = seed
            options.start = start
            options.warmUp = scenario.warmUp
            options.linkRate = path.link?.down.rate.bitsPerSecond
            traffic.clients.append(
                try .client(
                    options, binary: binary, cgroup: traffic.cgroup,
                    namespace: network?.right[pair].namespace))
        }
    }

    private func sleep(until time: UInt64) throws {
        let now = KernelClock.monotonic()
        if time > now { try interruption.sleep(seconds: Double(time - now) / 1e9) }
    }

    private func statistics(_ traffic: [Traffic]) throws -> [AttachmentStatistics] {
        let targets = traffic.map { Target.cgroup($0.cgroup.path.string) }
        return try Telemetry(tuner).statistics(of: try tuner.attachments(of: targets))
    }

    private func waitForClients(_ traffic: [Traffic]) throws {
        for client in traffic.flatMap(\.clients) {
            while try !client.hasEnded(within: 0.2) { try interruption.sleep(seconds: 0) }
        }
    }
}
