package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

package enum MetricValue: Sendable {
    case integer(UInt64)
    case real(Double)
    case histogram(MetricHistogram)
}

/// Everything of one name: what it means and its samples.
package struct MetricFamily: Sendable {
    /// As Prometheus shows it: a counter's ends in `_total`.
    package let name: String
    package let kind: MetricKind
    package let help: String
    package let unit: String?

    struct Sample: Sendable {
        let labels: Labels
        let value: MetricValue
    }

    private(set) var samples: [Sample] = []
    private var seen: Set<Labels> = []

    /// Throws `.badName` for a name that the formats or the conventions don't allow: one with other
    /// characters, a counter without `_total`, another kind with a counter's or histogram's suffix, a
    /// name that doesn't end in its unit.
    package init(
        _ name: String, _ kind: MetricKind, help: String, unit: String? = nil
    ) throws(MetricError) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        guard isMetricName(name) else {
            throw MetricError(.badName, "not a metric's name: \"\(name)\"")
        }
        guard (kind == .counter) == name.hasSuffix("_total"), baseName != "" else {
            throw MetricError(.badName, "\(name): a counter's name, and no other, ends in _total")
        }
        for suffix in ["_bucket", "_count", "_sum", "_created"] where baseName.hasSuffix(suffix) {
            throw MetricError(.badName, "\(name): \(suffix) is for the parts of a histogram")
        }
        if let unit, !baseName.hasSuffix("_" + unit) {
            throw MetricError(.badName, "\(name): the name has to end in the unit, \(unit)")
        }
    }

    /// The name of the family in OpenMetrics: a counter's is without `_total`.
    var baseName: String {
        kind == .counter ? String(name.dropLast("_total".count)) : name
    }

    /// Adds a sample.
    ///
    /// Throws `.badValue` for a value of another kind, or a counter's that isn't a number from 0,
    /// `.duplicate` for labels that are there already.
    package mutating func add(
        _ labels: Labels = .none, _ value: MetricValue
    ) throws(MetricError) {
        let isHistogram = if case .histogram = value { true } else { false }
        guard isHistogram == (kind == .histogram) else {
            throw MetricError(.badValue, "\(name): not a \(kind)'s value")
        }
        if kind == .counter, case .real(let number) = value, !(number >= 0 && number.isFinite) {
            throw MetricError(.badValue, "\(name): \(number) isn't a counter's value")
        }
        guard seen.insert(labels).inserted else {
            throw MetricError(
                .duplicate,
                "\(name) has {\(String(decoding: labels.encoded, as: UTF8.self))} twice")
        }
        samples.append(Sample(labels: labels, value: value))
    }
}
