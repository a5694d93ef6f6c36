import Emulator
import Glibc
import Host
import LinkModel
import TestSupport
import Testing

extension KernelSuites {
    /// Real TCP over the link.
    @Suite struct TransferTests {
        init() throws {
            try KernelTest.require()
        }

        @Test(arguments: Family.allCases)
        func dataAreIntactWhateverHappensToPackets(family: Family) throws {
            var down = DirectionSpec.line(
                mbit: 400, delay: 2, packets: 300, loss: .random(0.01))
            down.reorder = ReorderSpec(probability: 0.02, lead: 1_000_000)
            down.duplicate = 0.01
            var up = DirectionSpec.line(delay: 2, loss: .random(0.005))
            up.duplicate = 0.01
            let network = try EmulatedNetwork(link: LinkSpec(down: down, up: up), seed: 3)
            try network.start()
            let (left, right) = try connect(network, family)
            #expect(try arrivesIntact(16 << 20, from: left, to: right))
            let report = try network.stop()
            #expect(report.down.counters.losses > 50)
            #expect(report.down.counters.reordered > 50)
            #expect(report.down.counters.duplicates > 50)
            #expect(report.txDropped == 0)
            #expect(!report.disturbances.contains { $0.contains("refused") })
            #expect(!report.disturbances.contains { $0.contains("no sense") })
        }

        /// Frames of up to 64 KiB are cut and put together again at full speed.
        @Test(arguments: Family.allCases, [true, false])
        func dataAreIntactAtFullSpeed(family: Family, usesSegmentationOffload: Bool) throws {
            var options = EmulatorOptions()
            options.usesSegmentationOffload = usesSegmentationOffload
            let network = try EmulatedNetwork(link: .plain, seed: 1, options: options)
            try network.start()
            let (left, right) = try connect(network, family)
            #expect(try arrivesIntact(32 << 20, from: left, to: right))
            let back = try connect(network, family)
            #expect(try arrivesIntact(16 << 20, from: back.right, to: back.left))
            let report = try network.stop()
            #expect(report.down.counters.offeredBytes > 32 << 20)
            #expect(report.up.counters.offeredBytes > 16 << 20)
            // Each packet counts by itself, also those in a frame.
            let mean = report.down.counters.offeredBytes / report.down.counters.offeredPackets
            #expect(mean > 500 && mean <= 1_500)
        }

        /// What finds no memory is dropped, said, and sent again.
        @Test func tooMuchUnderWayIsADisturbance() throws {
            var options = EmulatorOptions()
            options.maximumLargeFrames = 16
            let network = try EmulatedNetwork(
                link: LinkSpec(down: .line(delay: 20), up: .line()), seed: 1, options: options)
            try network.start()
            let (left, right) = try connect(network)
            #expect(try arrivesIntact(8 << 20, from: left, to: right))
            let report = try network.stop()
            #expect(report.disturbances.contains { $0.contains("found no room") })
        }

        @Test(arguments: Family.allCases)
        func theRoundTripIsAsConfigured(family: Family) throws {
            let network = try EmulatedNetwork(
                link: LinkSpec(down: .line(delay: 15), up: .line(delay: 25)), seed: 1)
            try network.start()
            let (left, right) = try connect(network, family)
            for _ in 0..<10 {
                try left.send([1])
                _ = try right.receive()
                try right.send([1])
                _ = try left.receive()
            }
            let minRTT = try left.info().minRTT
            #expect(minRTT >= 40_000 && minRTT < 43_000)
        }

        @Test func pairsHaveTheirOwnRoundTrips() throws {
            let network = try EmulatedNetwork(
                pairs: [.init(), .init(accessDelay: 20_000_000)],
                link: LinkSpec(down: .line(delay: 5), up: .line(delay: 5)), seed: 1)
            try network.start()
            for (pair, expected) in [(0, UInt32(10_000)), (1, 50_000)] {
                for family in Family.allCases {
                    let (left, right) = try connect(network, pair: pair, family)
                    try left.send([1])
                    _ = try right.receive()
                    try right.send([1])
                    _ = try left.receive()
                    let minRTT = try left.info().minRTT
                    #expect(minRTT >= expected && minRTT < expected + 4_000)
                }
            }
        }

        @Test(arguments: [Int64(10), 100])
        func theRateIsAsConfigured(mbit: Int64) throws {
            let network = try EmulatedNetwork(
                link: LinkSpec(
                    down: .line(mbit: mbit, delay: 5, packets: 400), up: .line(delay: 5)),
                seed: 1)
            try network.start()
            let (left, right) = try connect(network)
            let drain = try Thread { _ = try right.receiveAll() }
            let block = [UInt8](repeating: 1, count: 1 << 17)
            func send(for time: Duration) throws {
                let end = ContinuousClock.now + time
                while ContinuousClock.now < end { try left.send(block) }
            }
            try send(for: .milliseconds(700))
            network.mark()
            try send(for: .milliseconds(1_500))
            let report = try network.stop()
            try right.abort()
            try? drain.join()
            let bits = Double(report.down.counters.forwardedBytes) * 8
            let rate = bits / (Double(report.duration) / 1e9) / 1e6
            // A stall moves packets over the edge of the time, no more.
            let tolerance = 0.004 + Double(report.longestStall) / 1.5e9
            #expect(abs(rate / Double(mbit) - 1) < tolerance, "\(rate) Mbit/s")
            #expect(report.markTime > 0 && report.duration > 1_400_000_000)
            #expect(report.queueSamples.contains { $0.maximumBytes > 10_000 })
            #expect(report.queueSamples.count > 500)
            #expect(report.queueSamples.count <= 4_096)
            #expect(report.cpuSeconds > 0)
        }

        @Test(arguments: Family.allCases)
        func iperfAgrees(family: Family) throws {
            try KernelTest.require("iperf3")
            let network = try EmulatedNetwork(
                link: LinkSpec(
                    down: .line(mbit: 50, delay: 5, packets: 200), up: .line(delay: 5)),
                seed: 1)
            try network.start()
            let right = network.right[0]
            let server = try ChildProcess(
                ["iperf3", "--server", "--one-off", "--forceflush"], right.placement)
            #expect(try eventually { try server.standardOutput().contains("listening") })
            let output = try Command.check(
                [
                    "iperf3", "--client", right.address(family), "--time", "2", "--omit", "1",
                    "--format", "m", "--reverse",
                ], network.left[0].placement)
            let line = try #require(output.split(separator: "\n").last { $0.contains("receiver") })
            let words = line.split(separator: " ")
            let unit = try #require(words.firstIndex { $0 == "Mbits/sec" })
            let rate = try #require(Double(words[unit - 1]))
            // Right to left is the way without a rate.
            #expect(rate > 100)
            let report = try network.stop()
            #expect(report.up.counters.forwardedBytes > report.down.counters.forwardedBytes)
        }
    }
}
