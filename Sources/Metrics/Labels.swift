/// The labels of a sample, sorted by name and escaped once, to be shared by all families.
package struct Labels: Sendable, Hashable, Comparable {
    /// `a="1",b="2"`, as it stands between the braces; escaping is the same in both formats.
    let encoded: [UInt8]
    private let pairs: [Pair]
    /// Of all; made once, since the same labels stand in dozens of families.
    private let digest: Int

    private struct Pair {
        let name: String
        /// `a="1"`
        let encoded: [UInt8]

        init(_ name: String, _ value: String) throws(MetricError) {
            guard Labels.isName(name) else {
                throw MetricError(.badLabel, "not a label's name: \"\(name)\"")
            }
            self.name = name
            var encoded = Array(name.utf8)
            encoded += [UInt8(ascii: "="), UInt8(ascii: "\"")]
            encoded.appendEscaped(value, quotes: true)
            encoded.append(UInt8(ascii: "\""))
            self.encoded = encoded
        }
    }

    package static let none = Labels()

    private init() {
        encoded = []
        pairs = []
        digest = 0
    }

    /// Throws `.badLabel` for a name that isn't one, is reserved (`__…`, `le`), or comes twice.
    package init(_ pairs: KeyValuePairs<String, String>) throws(MetricError) {
        var list: [Pair] = []
        for (name, value) in pairs { list.append(try Pair(name, value)) }
        try self.init(list)
    }

    /// These and one more.
    package func adding(_ name: String, _ value: String) throws(MetricError) -> Labels {
        try Labels(pairs + [Pair(name, value)])
    }

    private init(_ unsorted: [Pair]) throws(MetricError) {
        pairs = unsorted.sorted { $0.name < $1.name }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(pairs.reduce(0) { $0 + $1.encoded.count + 1 })
        for (index, pair) in pairs.enumerated() {
            guard index == 0 || pair.name != pairs[index - 1].name else {
                throw MetricError(.badLabel, "the label \(pair.name) is given twice")
            }
            if index > 0 { encoded.append(UInt8(ascii: ",")) }
            encoded += pair.encoded
        }
        self.encoded = encoded
        var hasher = Hasher()
        hasher.combine(encoded)
        digest = hasher.finalize()
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`; names with two underscores first are Prometheus's own, `le` is the
    /// histograms'.
    private static func isName(_ name: String) -> Bool {
        isMetricName(name) && !name.contains(":") && !name.hasPrefix("__") && name != "le"
    }

    package static func < (a: Labels, b: Labels) -> Bool {
        a.encoded.lexicographicallyPrecedes(b.encoded)
    }

    package static func == (a: Labels, b: Labels) -> Bool {
        a.encoded == b.encoded
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
func isMetricName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
        return false
    }
    return name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
