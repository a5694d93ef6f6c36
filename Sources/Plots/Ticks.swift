import Glibc

/// Round numbers along an axis.
package struct Ticks: Sendable, Equatable {
    package let values: [Double]
    /// Between two values; nil on a logarithmic axis.
    package let step: Double?

    /// Multiples of 1, 2 or 5 times a power of ten inside the range, no more than asked for.
    package static func linear(_ range: ClosedRange<Double>, atMost count: Int) -> Ticks {
        let step = step(range, atMost: count)
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        // Beside a large number a tiny step disappears.
        guard step > 0, first.magnitude < 1e15, last.magnitude < 1e15, last - first < 1000 else {
            return Ticks(values: [range.lowerBound], step: nil)
        }
        let values = stride(from: first, through: last, by: 1).map { $0 * step }
        return Ticks(values: values, step: step)
    }

    /// The step, with room for one tick more at an end.
    private static func step(_ range: ClosedRange<Double>, atMost count: Int) -> Double {
        let raw = (range.upperBound - range.lowerBound) / Double(max(count - 1, 1))
        guard raw > 0, raw.isFinite else { return 0 }
        let magnitude = pow(10, floor(log10(raw)))
        return [1, 2, 5].map { $0 * magnitude }.first { $0 >= raw * (1 - 1e-9) } ?? 10 * magnitude
    }

    /// The powers of ten inside the range; over fewer than three decades twice and five times
    /// those too.
    package static func logarithmic(_ range: ClosedRange<Double>) -> Ticks {
        let first = Int(floor(log10(range.lowerBound)))
        let last = Int(ceil(log10(range.upperBound)))
        let digits: [Double] = last - first > 3 ? [1] : [1, 2, 5]
        let values = (first...max(first, last)).flatMap { exponent in
            digits.map { $0 * pow(10, Double(exponent)) }
        }
        let tolerant = range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9)
        return Ticks(values: values.filter(tolerant.contains), step: nil)
    }

    /// The range up to the next ticks outside it.
    package static func extend(
        _ range: ClosedRange<Double>, atMost count: Int
    ) -> ClosedRange<Double> {
        let step = step(range, atMost: count)
        guard step > 0 else { return range }
        let low = (range.lowerBound / step + 1e-9).rounded(.down) * step
        let high = (range.upperBound / step - 1e-9).rounded(.up) * step
        return low < high ? low...high : range
    }
}
