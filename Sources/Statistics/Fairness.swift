/// How fairly flows share a link, and what they do to each other.
package enum Fairness {
    /// Jain's index of shares (Jain, Chiu and Hawe, 1984): 1 where all are equal, 1/n where one has
    /// everything; 1 where all are 0, nil of none.
    package static func jain(_ shares: [Double]) -> Double? {
        guard !shares.isEmpty else { return nil }
        let sum = shares.reduce(0, +)
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        return squares == 0 ? 1 : sum * sum / (Double(shares.count) * squares)
    }

    /// The harm that a competitor does, from 0 (none) to 1; below 0 it helps (Ware, Mukerjee, Seshan
    /// and Sherry, HotNets 2019, section 4).
    ///
    /// The part of the solo performance that is lost where more is better (goodput), else the
    /// part of the performance beside the competitor that it adds (delay).
    package static func harm(
        solo: Double, withCompetitor: Double, moreIsBetter: Bool
    ) -> Double {
        let (better, worse) =
            moreIsBetter ? (solo, withCompetitor) : (withCompetitor, solo)
        return better == 0 ? 0 : (better - worse) / better
    }
}
