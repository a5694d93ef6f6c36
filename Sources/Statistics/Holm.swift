/// Holm's correction for testing several hypotheses (1979).
package enum Holm {
    /// The p-values so corrected that, when all hypotheses are true, any one is below alpha with a
    /// probability of at most alpha; in the order given.
    package static func adjust(_ pValues: [Double]) -> [Double] {
        var adjusted = pValues
        var highest = 0.0
        for (rank, place) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated()
        {
            let multiplied = pValues[place] * Double(pValues.count - rank)
            highest = max(highest, min(1, multiplied))
            adjusted[place] = highest
        }
        return adjusted
    }
}
