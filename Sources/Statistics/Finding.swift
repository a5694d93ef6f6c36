import Glibc

/// What a comparison found out about a difference.
package enum Finding: Sendable, Equatable {
    case higher, lower
    /// Different by less than the margin.
    case equivalent
    case inconclusive

    /// What two tests say: one against "there is no difference" (corrected for how many there
    /// are), one against "the difference is beyond the margin". A difference that is sure but
    /// sure to be within the margin is no news: equivalent.
    package init(
        effect: Double, adjustedPValue: Double, equivalencePValue: Double, alpha: Double = 0.05
    ) {
        self =
            if equivalencePValue < alpha {
                .equivalent
            } else if adjustedPValue < alpha {
                effect > 0 ? .higher : .lower
            } else {
                .inconclusive
            }
    }
}

/// How many paired differences it takes to come to a finding, going by those there are.
package struct SampleSize: Sendable {
    /// More isn't told from this many.
    package static let most = 1_000

    /// The share of false findings; where several metrics are judged, this metric's part of it.
    package var alpha: Double
    /// Of the equivalence test, which isn't corrected.
    package var equivalenceAlpha: Double
    /// The probability to find what is there.
    package var power: Double

    package init(alpha: Double = 0.05, equivalenceAlpha: Double = 0.05, power: Double = 0.8) {
        self.alpha = alpha
        self.equivalenceAlpha = equivalenceAlpha
        self.power = power
    }

    /// How many differences, at least, settle an inconclusive comparison, whichever way takes
    /// fewer: to find a difference of the observed size, or that it is within the margin. At most
    /// ``most``; nil with fewer than two differences.
    ///
    /// The normal approximation n = ((z₁₋α + z_power) s / δ)² + z₁₋α² / 2, where δ is the distance to
    /// what is to be ruled out and the last term is for the estimated spread (Guenther, 1981). As
    /// uncertain as the observed mean and spread are: an order of magnitude, not a promise.
    package func settling(_ differences: [Double], margin: ClosedRange<Double>) -> Int? {
        guard differences.count > 1 else { return nil }
        let mean = differences.mean()
        let spread = differences.standardDeviation()
        let inside = min(mean - margin.lowerBound, margin.upperBound - mean)
        let needed = min(
            count(spread, distance: mean.magnitude, tail: alpha / 2),
            count(spread, distance: inside, tail: equivalenceAlpha))
        return Int(min(max(needed, Double(differences.count + 1)), Double(Self.most)))
    }

    private func count(_ spread: Double, distance: Double, tail: Double) -> Double {
        // The randomisation test's smallest p-value is 2^-n a side and has to be below.
        let least = (-log2(tail)).rounded(.down) + 1
        // Where nothing varies there is no more to it.
        if spread == 0, distance >= 0 { return least }
        guard distance > 0 else { return .infinity }
        let z = -Normal.quantile(tail)
        let scaled = (z + Normal.quantile(power)) * spread / distance
        return max((scaled * scaled + z * z / 2).rounded(.up), least)
    }
}
