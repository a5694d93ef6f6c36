import Plots

extension Conclusion {
    /// What only arms that share the link can show, in sentences; none for the `sequential` design.
    var details: [String] {
        [shares, harm].compactMap { $0 } + mixture
    }

    private func comparison(_ metric: String) -> Analysis.Comparison? {
        data.analysis.comparisons.first { $0.metric == metric }
    }

    private var shares: String? {
        guard data.manifest.design == "coexist", let share = comparison("share") else {
            return nil
        }
        return "Sharing the link, \(data.names.a) gets \(Dimension.ratio.format(share.a.value)) of "
            + "the goodput, \(data.names.b) \(Dimension.ratio.format(share.b.value))."
    }

    private var harm: String? {
        guard let harm = comparison("harm") else { return nil }
        func loss(_ estimate: Analysis.Estimate) -> String {
            let share = Dimension.ratio.format(estimate.value.magnitude)
            return estimate.value < 0 ? "\(share) more" : "\(share) less"
        }
        return "Than alone, \(data.names.a) has \(loss(harm.a)) goodput beside \(data.names.b), "
            + "and \(data.names.b) \(loss(harm.b)) beside \(data.names.a)."
    }

    /// What a naive experiment would have said, and what a roll-out does.
    private var mixture: [String] {
        guard let mix = data.mix, let point = mix.typical else { return [] }
        let share = Dimension.ratio.format(point.share)
        var sentences = [
            "With \(data.names.b) for \(share) of the flows, an A/B test would have said: "
                + effects(point.naive, of: mix) + ".",
            "The roll-out to \(mix.highestShare == 1 ? "all" : "nearly all") flows does: "
                + effects(mix.total, of: mix) + ".",
        ]
        if !point.spillover.isEmpty {
            sentences.append(
                "The flows that stay with \(data.names.a) change beside \(data.names.b)'s: "
                    + effects(point.spillover, of: mix) + ".")
        }
        return sentences
    }

    private func effects(_ comparisons: [Analysis.Comparison], of mix: MixAnalysis) -> String {
        let shown = comparisons.filter { mix.headlines.contains($0.metric) }
        // Once for all where they agree.
        let verdicts = Set(shown.map(\.verdict))
        let isCommon = verdicts.count == 1
        let effects = shown.map { comparison in
            let verdict = isCommon ? "" : " (\(comparison.verdict.word))"
            return "\(Metric.named(comparison.metric).titleInSentence) \(comparison.effectText)"
                + verdict
        }.joined(separator: ", ")
        guard isCommon, let verdict = verdicts.first, verdict != .none else { return effects }
        return "\(effects) (\(verdict.word))"
    }
}
