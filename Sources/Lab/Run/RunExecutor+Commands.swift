import Emulator
import Host
import Workloads

extension EmulatedHost {
    func address(_ family: Scenario.Family) -> String { family == .ipv6 ? ipv6 : ipv4 }
}

/// Traffic that commands make.
extension RunExecutor {
    /// What an arm's commands did, besides what the kernel counted.
    struct CommandOutcome {
        /// Seconds that the statistics are of: to the last command's end, or the run's.
        var duration: Double
        /// Of those that ended by themselves, and 0 of the others.
        var statuses: [CInt]
    }

    func startServer(
        _ command: String, _ traffic: inout Traffic, _ network: any HostNetwork
    ) throws {
        for host in network.left {
            let before = try host.namespace.listeners()
            let process = try CommandProcess(
                command,
                server: ServerAddress(host: host.address(scenario.family), port: traffic.port),
                cgroup: traffic.cgroup, namespace: host.namespace)
            traffic.serverCommands.append(process)
            try process.waitUntilListening(in: host.namespace, before: before, interruption)
        }
    }

    func startClient(
        _ command: String, _ traffic: inout Traffic, _ network: (any HostNetwork)?
    ) throws {
        for pair in 0..<(network?.left.count ?? 1) {
            guard let server = server(pair, network, port: traffic.port) else { continue }
            traffic.clientCommands.append(
                try CommandProcess(
                    command, server: server, cgroup: traffic.cgroup,
                    namespace: network?.right[pair].namespace))
        }
    }

    /// Waits until all commands have ended, or until a time.
    ///
    /// - Returns: when each arm's last one had; nil: it hasn't.
    func waitForCommands(_ traffic: [Traffic], until deadline: UInt64) throws -> [UInt64?] {
        var ends = traffic.map { _ in UInt64?.none }
        while ends.contains(nil), KernelClock.monotonic() < deadline {
            try interruption.check()
            // All in turn, so that none's end is seen late.
            for index in ends.indices where ends[index] == nil {
                let hasEnded = try traffic[index].clientCommands.allSatisfy {
                    try $0.hasExited(within: 0.01)
                }
                if hasEnded { ends[index] = KernelClock.monotonic() }
            }
        }
        return ends
    }
}
