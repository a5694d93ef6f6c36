import Emulator
import Host
import LinkModel
import TestSupport
import Testing

extension KernelSuites {
    /// The same seed and packets make the same decisions, whatever the timing.
    @Suite struct SeedTests {
        private static let packets = 20_000

        init() throws {
            try KernelTest.require()
        }

        @Test func theSameSeedDropsTheSamePackets() throws {
            let first = try drops(seed: 11, pausing: false)
            #expect(try drops(seed: 11, pausing: true) == first)
            #expect(try drops(seed: 12, pausing: false) != first)
            #expect(first.count > 100)
        }

        /// What is dropped of datagrams that come all at once or in groups with pauses.
        private func drops(seed: UInt64, pausing: Bool) throws -> [PacketDecision] {
            let loss = LossSpec.gilbertElliott(GilbertElliott(toBad: 0.01, toGood: 0.3))
            var options = EmulatorOptions()
            options.recordsDecisions = true
            let network = try EmulatedNetwork(
                link: LinkSpec(down: .line(delay: 1, loss: loss), up: .line(loss: loss)),
                seed: seed, options: options)
            try network.start()
            let receiver = try DatagramSocket(network.right[0])
            try receiver.bind(network.right[0].ipv4, 7)
            let sender = try DatagramSocket(network.left[0])
            try sender.connect(network.right[0].ipv4, 7)
            for number in 1...Self.packets {
                try sender.send(number, bytes: 100)
                // The device's queue holds 10,000, and a build that is watched takes longer for them.
                if pausing, number % 500 == 0 { Sleep.seconds(0.02) }
                if !pausing, number % 4_000 == 0 { Sleep.seconds(0.2) }
            }
            // No seed here loses the last one.
            while try receiver.receive() < Self.packets {}
            let report = try network.stop()
            #expect(report.txDropped == 0)
            #expect(report.down.counters.offeredPackets == UInt64(Self.packets))
            let decisions = try #require(report.down.decisions)
            #expect(decisions.count == Int(report.down.counters.losses))
            #expect(
                report.down.counters.forwardedPackets + report.down.counters.losses
                    == UInt64(Self.packets))
            return decisions
        }
    }
}
