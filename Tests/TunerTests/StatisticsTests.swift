import Host
import Profiles
import TestSupport
import Testing

@testable import Telemetry
@testable import Tuner

extension KernelSuites {
    /// What was counted, against what TCP_INFO says of the same sockets.
    @Suite struct StatisticsTests {
        private let observe = Profile(name: "observe")

        @Test func countersAreTheKernels() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            let (client, server) = try TCPConnection.pair(client: tuned.placement)
            try transfer(5_000_000, from: client, to: server)
            // All is acknowledged: nothing moves any more while both are read.
            #expect(try eventually { try client.info().unacked == 0 })
            let info = try client.info()
            let counted = try tuned.statistics()
            #expect(counted.bytesAcked == info.bytesAcked)
            #expect(counted.bytesSent == info.bytesSent)
            #expect(counted.segmentsSent == UInt64(info.segsOut))
            #expect(counted.segmentsReceived == UInt64(info.segsIn))
            #expect(counted.dataSegmentsSent == UInt64(info.dataSegsOut))
            #expect(counted.retransmits == UInt64(info.totalRetrans))
            #expect(counted.delivered == UInt64(info.delivered))
            #expect(counted.busyTime == info.busyTime)
            #expect(counted.open == 1)
            #expect(counted.activeOpened == 1)
            #expect(counted.rtt.count > 0)
            #expect(counted.congestionWindow.count == counted.rtt.count)
            let measured = try Kernel().release() >= #require(KernelRelease("6.10"))
            #expect(counted.smoothedSamples == (measured ? 0 : counted.rtt.count))
            let p50 = try #require(counted.rtt.quantile(0.5))
            #expect(p50 * 17 / 16 + 1 >= Double(info.minRTT))
        }

        /// It has no callbacks while it receives: readers bring it up to date.
        @Test func aReceiverIsCountedWhileItIsOpen() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            let (client, server) = try TCPConnection.pair(server: tuned.placement)
            try transfer(1_000_000, from: client, to: server)
            let first = try tuned.statistics()
            #expect(first.bytesReceived == 1_000_000)
            #expect(first.passiveOpened == 1)
            #expect(first.open == 1)
            try transfer(500_000, from: client, to: server)
            #expect(try tuned.statistics().bytesReceived == 1_500_000)
        }

        @Test func endsAreCounted() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(observe)
            do {
                let (client, server) = try TCPConnection.pair(client: tuned.placement)
                try client.send([1, 2, 3])
                _ = try server.receive()
            }
            let closed = TCPConnection.self
            #expect(throws: (any Error).self) {
                try closed.connect(tuned.placement, to: "127.0.0.1", port: 1)
            }
            #expect(try eventually { try tuned.statistics().closed == 2 })
            let counted = try tuned.statistics()
            #expect(counted.open == 0)
            #expect(counted.failed == 1)
            #expect(counted.activeOpened == 2)
        }

        @Test func withoutStatisticsConnectionsAreListedAndNotCounted() throws {
            let tuned = try TunedCgroup()
            var profile = Profile(controller: "reno")
            profile.statistics = StatisticsSettings(enabled: false)
            try tuned.apply(profile)
            let (client, _) = try TCPConnection.pair(client: tuned.placement)
            #expect(try tuned.connection(client)?.congestionControl == "reno")
            #expect(try tuned.statistics().activeOpened == 0)
        }
    }
}

@Suite struct HistogramTests {
    /// Every value's bucket has a middle within 1/16 of it, and the kernel's formula is the same.
    @Test func quantilesAreWithinASixteenth() {
        var buckets = 0
        while Histogram.lowest(buckets + 1) < 1 << 27 { buckets += 1 }
        for bucket in 0..<buckets {
            let low = Histogram.lowest(bucket)
            let high = Histogram.lowest(bucket + 1) - 1
            #expect(high >= low)
            let middle = Histogram.middle(bucket)
            for value in [low, high] where value > 0 {
                #expect(abs(middle - Double(value)) / Double(value) <= 1.0 / 16)
            }
        }
    }
}
