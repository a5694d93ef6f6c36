import Testing

@testable import Metrics

/// What the formats don't allow is refused when it is made.
@Suite struct ValidationTests {
    @Test(arguments: [
        ("", MetricKind.gauge), ("9lives", .gauge), ("a-b", .gauge), ("ä", .gauge), ("a b", .gauge),
        ("x_total", .gauge), ("x", .counter), ("_total", .counter), ("x_total", .histogram),
        ("x_bucket", .gauge), ("x_sum", .histogram), ("x_count_total", .counter),
        ("x_created", .gauge),
    ])
    func names(name: String, kind: MetricKind) {
        let error = #expect(throws: MetricError.self) { try MetricFamily(name, kind, help: "X.") }
        #expect(error?.code == .badName)
    }

    @Test func units() throws {
        _ = try MetricFamily("x_bytes_total", .counter, help: "X.", unit: "bytes")
        for (name, unit) in [("x", "seconds"), ("x_milliseconds", "seconds"), ("seconds", "seconds")] {
            #expect(throws: MetricError.self) {
                try MetricFamily(name, .gauge, help: "X.", unit: unit)
            }
        }
    }

    @Test(arguments: ["", "1a", "a-b", "__name__", "le", "a:b", "é"])
    func labelNames(name: String) {
        let error = #expect(throws: MetricError.self) { try Labels.none.adding(name, "x") }
        #expect(error?.code == .badLabel)
    }

    @Test func labelsAreASet() throws {
        let labels = try Labels(["b": "1", "a": "2"])
        #expect(try labels == Labels(["a": "2", "b": "1"]))
        #expect(try labels < Labels(["b": "1"]))
        #expect(throws: MetricError.self) { try labels.adding("a", "3") }
    }

    @Test func values() throws {
        let histogram = try MetricValue.histogram(
            MetricHistogram(bounds: HistogramBounds([1]), counts: [0, 0], sum: 0))
        let refused: [(String, MetricKind, MetricValue)] = [
            ("x", .gauge, histogram), ("x", .histogram, .integer(1)),
            ("x_total", .counter, .real(-1)), ("x_total", .counter, .real(.nan)),
            ("x_total", .counter, .real(.infinity)),
        ]
        for (name, kind, value) in refused {
            var family = try MetricFamily(name, kind, help: "X.")
            let error = #expect(throws: MetricError.self) { try family.add(.none, value) }
            #expect(error?.code == .badValue)
        }
        var gauge = try MetricFamily("x", .gauge, help: "X.")
        try gauge.add(.none, .real(-1.5))
        let twice = #expect(throws: MetricError.self) { try gauge.add(.none, .integer(2)) }
        #expect(twice?.code == .duplicate)
    }

    @Test(arguments: [[], [1, 1], [2, 1], [1, .infinity], [.nan]] as [[Double]])
    func bounds(bounds: [Double]) {
        #expect(throws: MetricError.self) { try HistogramBounds(bounds) }
    }

    @Test func countsFitBounds() throws {
        let bounds = try HistogramBounds([1, 2])
        for counts: [UInt64] in [[], [1, 2], [1, 2, 3, 4]] {
            #expect(throws: MetricError.self) {
                try MetricHistogram(bounds: bounds, counts: counts, sum: 0)
            }
        }
    }
}
