import Glibc

/// Round numbers along an axis.
package struct Ticks: Sendable, Equatable {
    package let values: [Double]
    /// Nil on a logarithmic axis.
    private let step: Step?

    /// Multiples of 1, 2 or 5 times a power of ten inside the range, no more than asked for.
    package static func linear(_ range: ClosedRange<Double>, atMost count: Int) -> Ticks {
        // The tolerances keep ends that are multiples but for rounding.
        func indices(_ step: Step) -> (Double, Double) {
            let low = (range.lowerBound / step.value - 1e-9).rounded(.up)
            return (low, (range.upperBound / step.value + 1e-9).rounded(.down))
        }
        guard let step = Step.smallest(for: range, where: { fits(indices($0), count) }) else {
            return Ticks(values: [range.lowerBound], step: nil)
        }
        let (first, last) = indices(step)
        let values = stride(from: first, through: last, by: 1).map { step.multiple($0) }
        return Ticks(values: values, step: step)
    }

    /// The range up to the next ticks outside it, where no more than so many come of it.
    package static func extend(
        _ range: ClosedRange<Double>, atMost count: Int
    ) -> ClosedRange<Double> {
        func indices(_ step: Step) -> (Double, Double) {
            let low = (range.lowerBound / step.value + 1e-9).rounded(.down)
            return (low, (range.upperBound / step.value - 1e-9).rounded(.up))
        }
        guard let step = Step.smallest(for: range, where: { fits(indices($0), count) }) else {
            return range
        }
        let (first, last) = indices(step)
        return min(
            step.multiple(first), range.lowerBound)...max(
                step.multiple(last), range.upperBound)
    }

    /// The powers of ten inside the range; over fewer than three decades twice and five times
    /// those too.
    package static func logarithmic(_ range: ClosedRange<Double>) -> Ticks {
        let first = Int(floor(log10(range.lowerBound)))
        let last = max(first, Int(ceil(log10(range.upperBound))))
        let digits: [Double] = last - first > 3 ? [1] : [1, 2, 5]
        let values = (first...last).flatMap { exponent in
            digits.map { Step(digit: $0, exponent: exponent).value }
        }
        let tolerant = range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9)
        return Ticks(values: values.filter(tolerant.contains), step: nil)
    }

    /// How many digits after the point the values need in a unit of this size.
    func places(unit: Double) -> Int {
        guard let step else { return 0 }
        return max(0, min(9, -step.exponent + Int(log10(unit).rounded())))
    }

    private static func fits(_ indices: (Double, Double), _ count: Int) -> Bool {
        let most = max(indices.0.magnitude, indices.1.magnitude)
        // Beyond 2^53 the multiples of a step can't be told apart.
        return most < 0x1p53 && indices.1 - indices.0 < Double(max(count, 2))
    }

    /// The distance of two ticks.
    private struct Step: Equatable {
        let digit: Double
        let exponent: Int

        var value: Double { multiple(1) }

        /// Rounded once only, so 0.3 and not 0.30000000000000004.
        func multiple(_ index: Double) -> Double {
            exponent < 0
                ? index * digit / pow(10, Double(-exponent))
                : index * digit * pow(10, Double(exponent))
        }

        /// The first of 1, 2, 5, 10, 20, … that will do; nil for a range without an extent.
        static func smallest(
            for range: ClosedRange<Double>, where suffices: (Step) -> Bool
        ) -> Step? {
            let span = range.upperBound - range.lowerBound
            guard span > 1e-18, span < 1e24 else { return nil }
            let exponent = Int(floor(log10(span)))
            for exponent in exponent - 2...exponent + 1 {
                for digit in [1.0, 2, 5] {
                    let step = Step(digit: digit, exponent: exponent)
                    if suffices(step) { return step }
                }
            }
            return nil
        }
    }
}
