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
    /// Nil: the scenario's workload is the traffic.
    let commands: LoadCommands?
    let binary: String
    let cgroups: BenchCgroups
    let tuner: Tuner
    let interruption: Interruption
    /// Added to the time from the start of the processes to that of the traffic, in ns.
    var extraLead: UInt64 = 0

    /// What a run gave.
    struct Outcome {
        var parts: [Part]
        /// Nil on a real path.
        var link: EmulatorReport?
        /// Seconds from when the traffic should have started until all of its processes could.
        var startDelay: Double
        /// Seconds by which the kernel's statistics were read late, or that it took.
        var statisticsDelay: Double

        /// One arm's.
        struct Part {
            /// As in the records: `a`, `b` or `a'`.
            var arm: String
            /// One for each pair of hosts that had traffic of the workload.
            var clients: [LoadReport]
            /// Empty on a real path.
            var servers: [LoadReport]
            /// Nil where the workload was the traffic.
            var commands: CommandOutcome?
            /// What the kernel counted since the warm-up.
            var statistics: AttachmentStatistics
        }
    }

    /// One arm's processes.
    struct Traffic {
        let arm: String
        let cgroup: Cgroup
        let workload: Workload
        let port: UInt16
        var servers: [LoadProcess] = []
        var clients: [LoadProcess] = []
        var serverCommands: [CommandProcess] = []
        var clientCommands: [CommandProcess] = []
    }

    /// From the start of the processes to that of the traffic, and for each of them.
    private static let lead: UInt64 = 200_000_000
    private static let leadOfEach: UInt64 = 30_000_000
    private static let firstPort: UInt16 = 7001
    /// Within which a load generator has to report after its time.
    private static let patience: UInt64 = 10_000_000_000

    func run(_ run: RunPlan.Run) throws -> Outcome {
        var traffic = try makeTraffic(run.treatment)
        let network = try path.makeNetwork(
            accessDelays: scenario.accessDelays, seed: run.seed)
        try network?.start()
        let start = try startTraffic(&traffic, network, seed: run.seed)
        for client in traffic.flatMap(\.clients) { try client.waitUntilReady() }
        let ready = KernelClock.monotonic()
        let warm = start + UInt64(scenario.warmUp * 1e9)
        let end = start + UInt64(scenario.duration * 1e9)
        try sleep(until: warm)
        try network?.mark()
        let before = try statistics(traffic)
        let commandEnds = commands == nil ? nil : try waitForCommands(traffic, until: end)
        if commands == nil { try sleep(until: end) }
        let after = try statistics(traffic)
        try waitForEnd(of: traffic.flatMap(\.clients))
        let report = try network?.stop()
        for server in traffic.flatMap(\.servers) { server.stop() }
        try waitForEnd(of: traffic.flatMap(\.servers))
        let parts = try traffic.indices.map { index in
            Outcome.Part(
                arm: traffic[index].arm,
                clients: try traffic[index].clients.map { try $0.report() },
                servers: try traffic[index].servers.map { try $0.report() },
                commands: try commandEnds.map { ends in
                    CommandOutcome(
                        duration: before.seconds(to: ends[index] ?? after.time),
                        statuses: try traffic[index].clientCommands.map { try $0.end() })
                },
                statistics: after.values[index].since(before.values[index]))
        }
        return Outcome(
            parts: parts, link: report,
            startDelay: commands == nil && ready > start ? Double(ready - start) / 1e9 : 0,
            statisticsDelay: max(before.delay(after: warm), after.duration))
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

    /// - Returns: when the traffic starts, CLOCK_MONOTONIC in ns.
    private func startTraffic(
        _ traffic: inout [Traffic], _ network: (any HostNetwork)?, seed: UInt64
    ) throws -> UInt64 {
        guard let commands else {
            let processes = UInt64(2 * traffic.count * scenario.accessDelays.count)
            let start =
                KernelClock.monotonic() + Self.lead + processes * Self.leadOfEach + extraLead
            for index in traffic.indices {
                try startServers(&traffic[index], network, start: start)
                try startClients(&traffic[index], network, start: start, seed: seed)
            }
            return start
        }
        if let server = commands.server, let network {
            for index in traffic.indices { try startServer(server, &traffic[index], network) }
        }
        for index in traffic.indices {
            try startClient(commands.client, &traffic[index], network)
        }
        return KernelClock.monotonic()
    }

    /// On a real path the other end serves already.
    private func startServers(
        _ traffic: inout Traffic, _ network: (any HostNetwork)?, start: UInt64
    ) throws {
        guard let network else { return }
        for host in network.left {
            var options = LoadServer.Options()
            options.address = host.address(scenario.family)
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
        _ traffic: inout Traffic, _ network: (any HostNetwork)?, start: UInt64, seed: UInt64
    ) throws {
        let pairs = network?.left.count ?? 1
        for pair in 0..<pairs {
            guard let workload = traffic.workload.part(pair, of: pairs) else { continue }
            let address = server(pair, network, port: traffic.port)
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

    /// Whom a pair's client connects to.
    func server(
        _ pair: Int, _ network: (any HostNetwork)?, port: UInt16
    ) -> ServerAddress? {
        guard let network else { return path.server }
        return ServerAddress(host: network.left[pair].address(scenario.family), port: port)
    }

    private func sleep(until time: UInt64) throws {
        let now = KernelClock.monotonic()
        if time > now { try interruption.sleep(seconds: Double(time - now) / 1e9) }
    }

    private func statistics(_ traffic: [Traffic]) throws -> KernelCount {
        let targets = traffic.map { Target.cgroup($0.cgroup.path.string) }
        let begin = KernelClock.monotonic()
        let values = try Telemetry(tuner).statistics(of: try tuner.attachments(of: targets))
        return KernelCount(values: values, begin: begin, time: KernelClock.monotonic())
    }

    private func waitForEnd(of processes: [LoadProcess]) throws {
        let deadline = KernelClock.monotonic() + Self.patience
        for process in processes {
            while try !process.hasEnded(within: 0.2) {
                try interruption.check()
                guard KernelClock.monotonic() < deadline else {
                    throw BenchError(.failed, "the \(process.name) doesn't end")
                }
            }
        }
    }
}

/// What the kernel had counted of each arm at a time: CLOCK_MONOTONIC in ns.
private struct KernelCount {
    let values: [AttachmentStatistics]
    let begin: UInt64
    let time: UInt64

    /// What it took to read it.
    var duration: Double { Double(time - begin) / 1e9 }

    func delay(after due: UInt64) -> Double { Double(max(time, due) - due) / 1e9 }

    func seconds(to end: UInt64) -> Double { Double(max(end, time) - time) / 1e9 }
}
