import Glibc

/// The standard normal distribution.
package enum Normal {
    /// The probability of a value up to `z`; as precise as the C library's `erfc`.
    package static func cdf(_ z: Double) -> Double {
        erfc(-z / 2.0.squareRoot()) / 2
    }

    /// The value up to which the probability is `p`; NaN outside of 0 to 1.
    ///
    /// A rational approximation (Abramowitz and Stegun, 26.2.23), then Halley's iteration on
    /// ``cdf(_:)``, done in the lower tail, where nothing cancels.
    package static func quantile(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
        guard p <= 0.5 else { return -quantile(1 - p) }
        let t = (-2 * log(p)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var z = numerator / denominator - t
        for _ in 0..<3 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            // Below the smallest normal number.
            guard density > 0 else { break }
            let step = (cdf(z) - p) / density
            z -= step / (1 + z * step / 2)
        }
        return z
    }
}

/// Student's t distribution with a whole number of degrees of freedom.
package enum StudentT {
    /// The probability of a value up to `t`, by the finite series of Abramowitz and Stegun,
    /// 26.7.3 and 26.7.4.
    package static func cdf(_ t: Double, degreesOfFreedom: Int) -> Double {
        let n = Double(degreesOfFreedom)
        let angle = atan(t / n.squareRoot())
        let square = cos(angle) * cos(angle)
        let isOdd = degreesOfFreedom % 2 == 1
        var term = isOdd ? cos(angle) : 1
        var sum = 0.0
        for i in stride(from: isOdd ? 3 : 2, through: degreesOfFreedom, by: 2) {
            sum += term
            term *= square * Double(i - 1) / Double(i)
        }
        let within =
            isOdd ? (angle + sin(angle) * sum) * 2 / .pi : sin(angle) * sum
        return (1 + within) / 2
    }

    /// The value up to which the probability is `p`, between 0 and 1, by bisection.
    package static func quantile(_ p: Double, degreesOfFreedom: Int) -> Double {
        guard p <= 0.5 else { return -quantile(1 - p, degreesOfFreedom: degreesOfFreedom) }
        var low = -1.0
        while cdf(low, degreesOfFreedom: degreesOfFreedom) > p, low > -1e12 { low *= 2 }
        var high = 0.0
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            if cdf(middle, degreesOfFreedom: degreesOfFreedom) < p {
                low = middle
            } else {
                high = middle
            }
        }
    }
}
