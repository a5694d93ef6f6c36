/// The labels of a sample, sorted by name and escaped once, to be shared by all families.
package struct Labels: Sendable, Hashable, Comparable {
    /// `a="1",b="2"`, as it stands between the braces; escaping is the same in both formats.
    let encoded: [UInt8]
    private let pairs: [Pair]

    private struct Pair: Hashable {
        let name: String
        let value: String
    }

    package static let none = Labels()

    private init() {
        encoded = []
        pairs = []
    }

    /// Throws `.badLabel` for a name that isn't one, is reserved (`__…`, `le`), or comes twice.
    package init(_ pairs: KeyValuePairs<String, String>) throws(MetricError) {
        try self.init(pairs.map { Pair(name: $0.key, value: $0.value) })
    }

    /// These and one more.
    package func adding(_ name: String, _ value: String) throws(MetricError) -> Labels {
        try Labels(pairs + [Pair(name: name, value: value)])
    }

    private init(_ unsorted: [Pair]) throws(MetricError) {
        pairs = unsorted.sorted { $0.name < $1.name }
        var encoded: [UInt8] = []
        var previous: String?
        for pair in pairs {
            guard Self.isName(pair.name) else {
                throw MetricError(.badLabel, "not a label's name: \"\(pair.name)\"")
            }
            guard pair.name != previous else {
                throw MetricError(.badLabel, "the label \(pair.name) is given twice")
            }
            if previous != nil { encoded.append(UInt8(ascii: ",")) }
            encoded += pair.name.utf8
            encoded += [UInt8(ascii: "="), UInt8(ascii: "\"")]
            encoded.appendEscaped(pair.value, quotes: true)
            encoded.append(UInt8(ascii: "\""))
            previous = pair.name
        }
        self.encoded = encoded
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
        hasher.combine(encoded)
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
