import CTcptuneABI
import Testing

@testable import Telemetry

/// What is counted is in the kernel's maps, where other programs can write, too.
@Suite struct HostileStatisticsTests {
    @Test func anyErrorNumberIsShown() {
        let bytes = [UInt8](repeating: 0xff, count: Int(TT_STATISTICS_SIZE))
        var statistics = AttachmentStatistics()
        bytes.withUnsafeBytes { statistics.add(cpu: $0) }
        #expect(statistics.failures.allSatisfy { $0.count == .max })
        #expect(!statistics.failures.isEmpty)
    }
}
