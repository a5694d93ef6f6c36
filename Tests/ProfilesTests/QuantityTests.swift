import Testing

@testable import Profiles

@Suite struct QuantityTests {
    static let everything: ClosedRange<UInt32> = 0...UInt32.max

    @Test(arguments: [
        (Quantity.microseconds, "50ms", 50_000 as UInt32), (.microseconds, "1.5ms", 1500),
        (.microseconds, "250us", 250), (.microseconds, "0.2s", 200_000),
        (.milliseconds, "30s", 30_000), (.milliseconds, "2min", 120_000),
        (.milliseconds, "1.5s", 1500), (.milliseconds, "1500.0ms", 1500),
        (.seconds, "1h", 3600), (.seconds, "0.5min", 30), (.seconds, "2000ms", 2),
        (.bytes, "4MiB", 4 << 20), (.bytes, "1.5KiB", 1536), (.bytes, "17B", 17),
        (.rate, "200Mbit", 25_000_000), (.rate, "8bit", 1), (.rate, "1.5Gbit", 187_500_000),
        (.rate, "2.400000000000Mbit", 300_000), (.rate, "34359738.352kbit", 4_294_967_294),
    ])
    func reads(quantity: Quantity, text: String, stored: UInt32) throws {
        #expect(try quantity.parse(text, in: Self.everything) == stored)
    }

    @Test(arguments: [
        (Quantity.microseconds, "50", "has no unit"), (.microseconds, "ms", "no number"),
        (.microseconds, "-5ms", "no number"), (.microseconds, "5 ms", "unknown unit ' ms'"),
        (.microseconds, "5MS", "unknown unit 'MS'"), (.microseconds, "1.ms", "no number"),
        (.microseconds, "1.2.3ms", "no number"), (.microseconds, ".5ms", "no number"),
        (.microseconds, "0.5us", "too fine"), (.seconds, "1500ms", "too fine"),
        (.microseconds, "0.0000001h", "too fine"), (.microseconds, "", "no number"),
        (.microseconds, "99999999999999999999s", "out of range"),
        (.microseconds, "9223372036854775807h", "out of range"),
        (.bytes, "4MB", "unknown unit 'MB'"), (.bytes, "4M", "unknown unit 'M'"),
        (.bytes, "4GiB", "out of range"), (.rate, "10Mb", "unknown unit 'Mb'"),
        (.rate, "1bit", "too fine"), (.rate, "٣Mbit", "no number"),
    ])
    func refuses(quantity: Quantity, text: String, problem: String) {
        let error = #expect(throws: Quantity.Problem.self) {
            try quantity.parse(text, in: Self.everything)
        }
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        (Quantity.microseconds, 1_000_000 as UInt32, "1s"), (.microseconds, 1500, "1500us"),
        (.milliseconds, 90_000, "90s"), (.milliseconds, 120_000, "2min"), (.seconds, 7200, "2h"),
        (.bytes, 4 << 20, "4MiB"), (.bytes, 1000, "1000B"), (.rate, 25_000_000, "200Mbit"),
        (.rate, 187_500, "1500kbit"), (.bytes, 0, "0B"),
    ])
    func writesTheLargestWholeUnit(quantity: Quantity, stored: UInt32, text: String) throws {
        #expect(quantity.format(stored) == text)
        #expect(try quantity.parse(text, in: Self.everything) == stored)
    }

    @Test func saysTheRange() {
        let error = #expect(throws: Quantity.Problem.self) {
            try Quantity.microseconds.parse("500ms", in: 1000...200_000)
        }
        #expect(error?.expected == "1ms to 200ms")
    }
}
