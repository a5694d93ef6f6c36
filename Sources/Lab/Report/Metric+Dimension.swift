import Plots

extension Metric {
    /// The metric of a comparison; results of a later version may have one that isn't known here.
    static func named(_ name: String) -> Metric {
        Metric[name] ?? Metric(name: name, title: name, unit: .count, better: .neither)
    }

    /// How its values are read.
    var dimension: Dimension {
        switch unit {
        case .bitsPerSecond: .bitsPerSecond
        case .seconds: .seconds
        // An index, not a share of anything.
        case .ratio: name.hasPrefix("jain") ? .plain : .ratio
        case .part: .ratio
        case .count: .count
        case .secondsPerGigabyte: .secondsPerGigabyte
        }
    }

    /// The title inside a sentence: "goodput", but "RTT p95".
    var titleInSentence: String {
        // Jain is a name.
        let isWord = !name.hasPrefix("jain") && title.dropFirst().first?.isLowercase == true
        return isWord ? title.prefix(1).lowercased() + title.dropFirst() : title
    }
}

extension Analysis.Comparison {
    /// A difference of shares is in points: in percent it would be taken for a relative one.
    var effectDimension: Dimension {
        guard !isRelative else { return .ratio }
        let dimension = Metric.named(metric).dimension
        return dimension == .ratio ? .points : dimension
    }

    /// Whether both arms always had the same value.
    var isEqual: Bool {
        [effect.value, effect.low, effect.high] == [0, 0, 0] && a.low == a.high
    }

    /// "+12.3 %"
    var effectText: String {
        // Less than a thousandth of a percent is no effect in any metric.
        let isNone = isRelative && effect.value.magnitude < 1e-5
        return effectDimension.formatSigned(isNone ? 0 : effect.value)
    }

    /// "+10.1 to +14.5 %"
    var intervalText: String? { effect.intervalText(effectDimension, isSigned: true) }

    var pText: String {
        // What isn't judged has none that says anything.
        guard let p = adjustedPValue, p.isFinite else { return Digits.none }
        return p < 0.001 ? "<0.001" : Digits.fixed(p, places: p < 0.1 ? 3 : 2)
    }

    /// What an inconclusive comparison lacks.
    var remedy: String? {
        blocksToSettle.map { "needs ~\($0) blocks" }
    }
}

extension Analysis.Estimate {
    /// The ends; nil when there is no interval that can be seen.
    func intervalText(_ dimension: Dimension, isSigned: Bool = false) -> String? {
        low < high ? dimension.format(low, to: high, isSigned: isSigned) : nil
    }
}

extension Analysis.Verdict {
    var word: String { self == .none ? Digits.none : rawValue }

    /// A mark on the effects that are no chance.
    var star: String { self == .better || self == .worse ? "*" : "" }
}
