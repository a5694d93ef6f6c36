import Testing

@testable import LinkModel

@Suite struct DelayHistogramTests {
    @Test func knowsEveryValueToA64th() {
        for shift in 0..<63 {
            for offset in [Int64(-1), 0, 1, 7] {
                let value = max(0, (1 << Int64(shift)) + offset)
                var histogram = DelayHistogram()
                histogram.record(value)
                let bucket = histogram.buckets[0]
                #expect((bucket.lowest...bucket.highest).contains(value))
                #expect(bucket.highest - bucket.lowest <= value / 64)
            }
        }
        var largest = DelayHistogram()
        largest.record(.max)
        #expect(largest.quantile(1).map { $0 > .max / 64 * 63 } == true)
    }

    @Test func givesQuantiles() {
        var histogram = DelayHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for value in 1...100_000 { histogram.record(Int64(value)) }
        for q in [0.001, 0.1, 0.5, 0.95, 0.999, 1] {
            let value = Double(histogram.quantile(q) ?? 0)
            #expect(abs(value / (q * 100_000) - 1) < 1.0 / 64, "\(q)")
        }
        #expect(histogram.quantile(0) == 1)
        #expect(histogram.mean == 50_000.5)
        #expect(histogram.maximum == 100_000)
    }

    @Test func mergesAndResets() {
        var (one, two, both) = (DelayHistogram(), DelayHistogram(), DelayHistogram())
        for value: Int64 in [3, 70, 5_000_000] { one.record(value) }
        for value: Int64 in [-5, 70, 9_000_000_000] { two.record(value) }
        for value: Int64 in [3, 70, 5_000_000, -5, 70, 9_000_000_000] { both.record(value) }
        one.merge(two)
        #expect(one == both)
        #expect(one.count == 6)
        one.reset()
        #expect(one == DelayHistogram())
    }
}
