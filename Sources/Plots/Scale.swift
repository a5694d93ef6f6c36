import Glibc

/// From values to places along an axis.
package struct Scale: Sendable, Equatable {
    package let domain: ClosedRange<Double>
    package let isLogarithmic: Bool
    /// Where the domain's ends lie; `start` may be larger than `end`.
    package let start: Double
    package let end: Double

    /// A logarithmic domain has to be positive.
    package init(
        _ domain: ClosedRange<Double>, isLogarithmic: Bool = false, from start: Double,
        to end: Double
    ) {
        self.domain = domain
        self.isLogarithmic = isLogarithmic
        self.start = start
        self.end = end
    }

    /// Values outside the domain lie at its ends.
    package func callAsFunction(_ value: Double) -> Double {
        let value = min(max(value, domain.lowerBound), domain.upperBound)
        let share =
            isLogarithmic
            ? log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
            : (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return start + (share.isFinite ? share : 0) * (end - start)
    }
}
