import BPF
import CongestionControl
import Emulator
import Glibc
import Host
import LinkModel

/// A controller on real connections: registered under a name of its own for as long as it takes, on
/// emulated links without loss, with loss, and with a long queue.
package struct SmokeRun {
    /// One of the transfers that it consists of.
    package struct Transfer: Sendable {
        package var name: String
        package var link: String
        package var bytes: Int
        /// Seconds within which everything has to arrive: many times what Reno takes.
        package var limit: Double

        package init(_ name: String, link: String, bytes: Int, limit: Double = 10) {
            self.name = name
            self.link = link
            self.bytes = bytes
            self.limit = limit
        }

        package static let all = [
            Transfer("no loss", link: "20Mbit rtt 20ms buffer 2bdp", bytes: 2_000_000),
            Transfer("1 % loss", link: "20Mbit rtt 20ms buffer 2bdp loss 1%", bytes: 1_000_000),
            Transfer("long queue", link: "10Mbit rtt 100ms buffer 8bdp", bytes: 2_000_000),
        ]
    }

    /// How one went.
    package struct Outcome: Sendable {
        package var transfer: Transfer
        /// Bytes.
        package var received: Int
        /// From the SYN to the end of the data, in seconds.
        package var duration: Double
        /// Segments.
        package var retransmits: Int
        /// How often the framework put right what the controller left; nil: it wasn't built with
        /// tcptune's headers, so that nothing is put right.
        package var clamps: Int?
        /// Why it doesn't count as done.
        package var failure: String?

        /// Payload, bit/s.
        package var goodput: Double { duration > 0 ? Double(received) * 8 / duration : 0 }
    }

    /// Of the object: the controller's C name, and its name in messages.
    private let name: String
    private let object: [UInt8]
    private let knobs: [String: KnobValue]
    private let transfers: [Transfer]

    /// - Parameters:
    ///   - object: an ELF file with one controller, whose variable is `name`.
    ///   - knobs: the controller's parameters that aren't to be the default.
    package init(
        _ name: String, object: [UInt8], with knobs: [String: KnobValue] = [:],
        transfers: [Transfer] = Transfer.all
    ) {
        self.name = name
        self.object = object
        self.knobs = knobs
        self.transfers = transfers
    }

    /// The name that the controller has meanwhile.
    package static var temporaryName: String { "check_\(getpid())" }

    /// Runs the transfers up to the first that fails. However it ends, nothing stays registered and
    /// no connection is left; only before Linux 6.4 a SIGKILL leaves it registered.
    ///
    /// - Parameter finished: called after each.
    package func run(
        _ interruption: Interruption, finished: (Outcome) -> Void = { _ in }
    ) throws(WorkshopError) -> [Outcome] {
        do {
            var object = try Object(
                elf: object, name: name, renaming: [name: Self.temporaryName])
            for (name, value) in knobs { try object.set(knob: name, to: value) }
            try object.load()
            let registered = try object.register(structOps: name)
            let result = Result { try runAll(registered, interruption, finished) }
            try registered.unregister()
            return try result.get()
        } catch let error as WorkshopError {
            throw error
        } catch {
            let isDenied =
                (error as? BPFError)?.code == .permission
                || (error as? EmulatorError)?.code == .permission
            throw WorkshopError(
                isDenied ? .permission : .io, "cannot try the controller", on: name,
                because: "\(error)")
        }
    }

    private func runAll(
        _ registered: borrowing StructOps, _ interruption: Interruption,
        _ finished: (Outcome) -> Void
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for transfer in transfers {
            let outcome = try run(transfer, registered, interruption)
            finished(outcome)
            outcomes.append(outcome)
            if outcome.failure != nil { break }
        }
        return outcomes
    }

    private func run(
        _ transfer: Transfer, _ registered: borrowing StructOps, _ interruption: Interruption
    ) throws -> Outcome {
        let network = try EmulatedNetwork(link: LinkSpec.parse(transfer.link) { _ in [] }, seed: 1)
        for host in network.left + network.right {
            // Some controllers need it, and no link marks.
            try host.namespace.perform { () throws(HostError) in
                try Sysctl().write("net.ipv4.tcp_ecn", "1")
            }.get()
        }
        try network.start()
        let before = try registered.clamps()
        let begin = KernelClock.monotonic()
        var connection = try SmokeTransfer(
            transfer.bytes, from: (network.left[0].namespace, network.left[0].ipv4),
            to: (network.right[0].namespace, network.right[0].ipv4),
            controller: Self.temporaryName)
        var duration = 0.0
        var failure: String?
        while !connection.progress.isComplete, failure == nil, duration < transfer.limit {
            if interruption.hasCome {
                throw WorkshopError(
                    .interrupted, "cannot try the controller", on: name,
                    because: "interrupted")
            }
            do throws(WorkshopError) {
                try connection.advance(within: 50)
            } catch {
                failure = error.reason
            }
            duration = Double(KernelClock.monotonic() - begin) / 1e9
        }
        let after = try registered.clamps()
        let progress = connection.progress
        return Outcome(
            transfer: transfer, received: progress.received, duration: duration,
            retransmits: progress.retransmits,
            clamps: before.flatMap { before in after.map { Int($0 &- before) } },
            failure: failure ?? self.failure(of: progress, transfer))
    }

    private func failure(of progress: SmokeTransfer.Progress, _ transfer: Transfer) -> String? {
        guard progress.isComplete else {
            return "\(progress.received) of \(transfer.bytes) bytes came within "
                + "\(Int(transfer.limit)) s (cwnd \(progress.cwnd), "
                + "RTT \(Int(progress.rtt * 1000)) ms)"
        }
        guard progress.received == transfer.bytes else {
            return "\(progress.received) of \(transfer.bytes) bytes came"
        }
        guard progress.controller == Self.temporaryName else {
            return "the kernel fell back to \(progress.controller)"
        }
        return nil
    }
}
