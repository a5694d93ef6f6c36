/// A probability or share, in billionths so that its text is exact.
package struct Probability: Sendable, Hashable, Comparable {
    package static let zero = Probability(billionths: 0)
    package static let one = Probability(billionths: 1_000_000_000)

    /// 0 to 1,000,000,000
    package let billionths: Int

    package init(billionths: Int) {
        precondition((0...1_000_000_000).contains(billionths), "a probability is 0 to 1")
        self.billionths = billionths
    }

    /// Rounded to a billionth.
    package init(_ value: Double) {
        self.init(billionths: Int(value * 1e9 + 0.5))
    }

    package var value: Double { Double(billionths) / 1e9 }

    package static func < (left: Probability, right: Probability) -> Bool {
        left.billionths < right.billionths
    }

    /// How many of the 2^63 values of a decision are hits.
    var threshold: UInt64 { UInt64(value * 0x1p63) }
}

extension Probability: ExpressibleByFloatLiteral {
    package init(floatLiteral value: Double) { self.init(value) }
}
