import Emulator
import LinkModel
import Workloads

/// What a benchmark's traffic goes over.
package enum BenchPath: Sendable {
    case emulated(LinkSpec, text: String, Backend = .emulator)
    /// To where `tcptune bench serve` listens.
    case real(ServerAddress)

    /// What makes an emulated link.
    package enum Backend: String, Sendable, CaseIterable {
        /// tcptune itself: every link, every figure.
        case emulator
        /// The kernel's netem and tbf: some links, and only what the kernel counts.
        case netem
    }

    var link: LinkSpec? { if case .emulated(let link, _, _) = self { link } else { nil } }
    var server: ServerAddress? { if case .real(let server) = self { server } else { nil } }

    /// As it was asked for.
    var text: String {
        switch self {
        case .emulated(_, let text, _): text
        case .real(let server): "\(server)"
        }
    }

    /// The hosts of one run, not started; nil on a real path.
    ///
    /// - Parameter accessDelays: one way, ns, one for each pair of hosts.
    func makeNetwork(accessDelays: [Int64], seed: UInt64) throws -> (any HostNetwork)? {
        guard case .emulated(let link, _, let backend) = self else { return nil }
        let pairs = accessDelays.map { EmulatedNetwork.Pair(accessDelay: $0) }
        let network: any HostNetwork =
            switch backend {
            case .emulator: try EmulatedNetwork(pairs: pairs, link: link, seed: seed)
            case .netem: try NetemNetwork(pairs: pairs, link: link)
            }
        try HostTuning.apply(to: network.left + network.right)
        return network
    }

    /// Whether anybody serves at the other end of a real path.
    func check() throws {
        guard case .real(let server) = self else { return }
        let exchange = try Workload(parsing: "rr:2s,think=100ms")
        let report = try LoadClient.run(LoadClient.Options(workload: exchange, addresses: [server]))
        guard report.isComplete else { throw BenchError(.interrupted, "interrupted") }
        guard report.received.bytes > 0 else {
            let reasons = report.failures.keys.sorted().joined(separator: ", ")
            throw BenchError(
                .failed, "nobody answers at \(server)" + (reasons.isEmpty ? "" : " (\(reasons))"),
                advice: "run 'tcptune bench serve' there")
        }
    }
}
