/// A text format that Prometheus reads. Neither gets timestamps: the scrape has one.
package enum ExpositionFormat: Sendable {
    /// The classic text format, version 0.0.4, which the node exporter's textfile collector takes.
    case prometheus
    /// OpenMetrics 1.0
    case openMetrics

    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The text: families by name, their samples by labels, whatever order they came in. Families
    /// without samples are left out.
    ///
    /// Throws `.duplicate` when two families have a name in common.
    package func render(_ families: [MetricFamily]) throws(MetricError) -> [UInt8] {
        let sorted = families.sorted { $0.baseName < $1.baseName }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.baseName == b.baseName {
            throw MetricError(.duplicate, "there are two families \(a.name)")
        }
        var text: [UInt8] = []
        text.reserveCapacity(sorted.reduce(16) { $0 + estimatedSize($1) })
        for family in sorted where !family.samples.isEmpty {
            appendHead(of: family, to: &text)
            for sample in family.samples.sorted(by: { $0.labels < $1.labels }) {
                switch sample.value {
                case .integer(let number):
                    text.append(name: family.name, sample.labels)
                    text.append(number: number)
                    text.append(newline)
                case .real(let number):
                    text.append(name: family.name, sample.labels)
                    text.append(number: number)
                    text.append(newline)
                case .histogram(let histogram):
                    append(histogram, family.name, sample.labels, to: &text)
                }
            }
        }
        if self == .openMetrics { text += "# EOF\n".utf8 }
        return text
    }

    private func appendHead(of family: MetricFamily, to text: inout [UInt8]) {
        let name = self == .openMetrics ? family.baseName : family.name
        if self == .openMetrics, let unit = family.unit {
            text += "# UNIT \(name) \(unit)\n".utf8
        }
        text += "# HELP \(name) ".utf8
        text.appendEscaped(family.help, quotes: self == .openMetrics)
        text += "\n# TYPE \(name) \(family.kind.rawValue)\n".utf8
    }

    private func append(
        _ histogram: MetricHistogram, _ name: String, _ labels: Labels, to text: inout [UInt8]
    ) {
        var head = Array("\(name)_bucket{".utf8)
        head += labels.encoded
        if !labels.encoded.isEmpty { head.append(UInt8(ascii: ",")) }
        head += "le=\"".utf8
        let bounds =
            self == .openMetrics ? histogram.bounds.openMetrics : histogram.bounds.prometheus
        var total: UInt64 = 0
        for (bound, count) in zip(bounds, histogram.counts) {
            total &+= count
            text += head
            text += bound
            text += [UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: " ")]
            text.append(number: total)
            text.append(newline)
        }
        text.append(name: name + "_sum", labels)
        text.append(number: histogram.sum)
        text.append(newline)
        text.append(name: name + "_count", labels)
        text.append(number: total)
        text.append(newline)
    }

    /// In bytes, so that the buffer grows seldom.
    private func estimatedSize(_ family: MetricFamily) -> Int {
        family.samples.reduce(family.help.utf8.count + 100) { size, sample in
            let line = family.name.utf8.count + sample.labels.encoded.count + 40
            guard case .histogram(let histogram) = sample.value else { return size + line }
            return size + line * (histogram.counts.count + 2)
        }
    }
}

private let newline = UInt8(ascii: "\n")
