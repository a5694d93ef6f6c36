/// What an axis shows.
package struct Axis: Sendable {
    package var label: String
    package var dimension: Dimension
    /// Exactly this; nil: as far as the data goes.
    package var range: ClosedRange<Double>?
    /// What it holds even where the data doesn't go, such as zero.
    package var covered: ClosedRange<Double>?
    package var isLogarithmic: Bool
    /// The large values left (or below).
    package var isReversed: Bool
    /// Whether ticks get numbers, and the axis its label.
    package var isLabelled = true

    package init(
        _ label: String, _ dimension: Dimension, range: ClosedRange<Double>? = nil,
        covering covered: ClosedRange<Double>? = nil, isLogarithmic: Bool = false,
        isReversed: Bool = false
    ) {
        self.label = label
        self.dimension = dimension
        self.range = range
        self.covered = covered
        self.isLogarithmic = isLogarithmic
        self.isReversed = isReversed
    }

    /// Ticks, their labels and the axis' title for data in this range.
    struct Resolved {
        let domain: ClosedRange<Double>
        let ticks: [(value: Double, label: String)]
        let title: String
    }

    /// - Parameters:
    ///   - extends: up to the ticks outside the data, where no range is given.
    func resolve(_ data: ClosedRange<Double>?, atMost count: Int, extends: Bool) -> Resolved {
        var domain = range ?? data ?? 0...1
        if isLogarithmic { return resolveLogarithmic(domain) }
        if let covered, range == nil {
            domain =
                min(
                    domain.lowerBound, covered.lowerBound)...max(
                    domain.upperBound, covered.upperBound)
        }
        if domain.upperBound - domain.lowerBound <= domain.upperBound.magnitude * 1e-9 {
            // One value: some room around it.
            let room = domain.upperBound == 0 ? 1 : domain.upperBound.magnitude * 0.1
            domain =
                domain.lowerBound - (domain.lowerBound == 0 ? 0 : room)...domain.upperBound + room
        }
        if extends && range == nil { domain = Ticks.extend(domain, atMost: count) }
        let ticks = Ticks.linear(domain, atMost: count)
        let largest = max(domain.lowerBound.magnitude, domain.upperBound.magnitude)
        let unit = axisUnit(largest)
        let places = ticks.places(unit: unit.factor)
        let title =
            switch (label.isEmpty, unit.symbol.isEmpty) {
            case (_, true): label
            case (true, false): unit.symbol
            case (false, false): "\(label) (\(unit.symbol))"
            }
        let labelled = ticks.values.map { value in
            (
                value,
                Digits.typographic(Digits.fixed(value / unit.factor, places: places))
            )
        }
        return Resolved(domain: domain, ticks: labelled, title: title)
    }

    /// One unit doesn't suit several decades, so each tick has its own.
    private func resolveLogarithmic(_ domain: ClosedRange<Double>) -> Resolved {
        let high = max(domain.upperBound, 1e-9)
        // Twelve decades are plenty: what is smaller lies at the edge.
        let low = min(max(domain.lowerBound, high * 1e-12), high)
        let positive = low < high * 0.99 ? low...high : low / 2...high * 2
        let ticks = Ticks.logarithmic(positive).values.map { value in
            let unit = dimension.unit(for: value)
            let number = Digits.shortest(value / unit.factor)
            return (value, unit.symbol.isEmpty ? number : "\(number) \(unit.symbol)")
        }
        return Resolved(domain: positive, ticks: ticks, title: label)
    }

    /// Counts are read whole as long as they have few digits.
    private func axisUnit(_ largest: Double) -> Dimension.Unit {
        dimension == .count && largest < 1e5
            ? Dimension.Unit(factor: 1, symbol: "") : dimension.unit(for: largest)
    }
}
