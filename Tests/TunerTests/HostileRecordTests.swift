import CTcptuneABI
import Testing

@testable import Telemetry

/// What the kernel's maps may hold: another version's records, or what another program wrote.
@Suite struct HostileRecordTests {
    @Test func aRefusedOptionHasAnyErrorNumber() {
        let bytes = [UInt8](repeating: 0xff, count: Int(TT_STATISTICS_SIZE))
        var statistics = AttachmentStatistics()
        bytes.withUnsafeBytes { statistics.add(cpu: $0) }
        #expect(statistics.failures.allSatisfy { $0.count == .max })
        #expect(!statistics.failures.isEmpty)
    }

    @Test func anEndHasAnyErrorNumber() throws {
        var record = tt_event()
        record.kind = UInt32(try #require(Event.Kind.allCases.firstIndex(of: .closed)))
        record.error = .max
        let event = try #require(Event(record, nil))
        #expect(event.ending == .other)
        #expect(event.error?.rawValue == -1)
    }
}
