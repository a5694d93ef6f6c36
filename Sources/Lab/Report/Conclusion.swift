import Plots

/// What a benchmark says, in sentences.
struct Conclusion {
    let data: ReportData
    private var comparisons: [Analysis.Comparison] { data.analysis.comparisons }

    init(_ data: ReportData) {
        self.data = data
    }

    /// The verdict, in one sentence.
    var sentence: String {
        let (a, b) = data.names
        let judged = comparisons.filter { $0.verdict != .none && !$0.isEqual }
        guard !judged.isEmpty else {
            return data.analysis.blocks == 0
                ? "There is no undisturbed block to compare \(b) with \(a) by."
                : "\(blocks) can't tell whether \(b) differs from \(a): repeat more often."
        }
        func all(_ verdict: Analysis.Verdict) -> [Analysis.Comparison] {
            judged.filter { $0.verdict == verdict }
        }
        let (better, worse) = (all(.better), all(.worse))
        let (equivalent, open) = (all(.equivalent), all(.inconclusive))
        if better.isEmpty && worse.isEmpty {
            return open.isEmpty
                ? "\(b) and \(a) are equivalent in \(list(judged, withEffects: false))."
                : "No difference between \(b) and \(a) was shown: " + rest(equivalent, open) + "."
        }
        var clauses: [String] = []
        if !better.isEmpty { clauses.append("better than \(a) in \(list(better))") }
        if !worse.isEmpty {
            clauses.append((better.isEmpty ? "worse than \(a) in " : "worse in ") + list(worse))
        }
        let remainder = rest(equivalent, open)
        return "\(b) is " + clauses.joined(separator: ", and ")
            + (remainder.isEmpty ? "." : "; \(remainder).")
    }

    /// What has to be known before the verdict is believed: an interruption, a calibration that
    /// found what isn't there.
    var warnings: [String] {
        var warnings: [String] = []
        if !data.manifest.isComplete {
            warnings.append(
                "The benchmark was interrupted: \(data.analysis.blocks) of "
                    + "\(data.manifest.repeats) blocks are there.")
        }
        if !calibrationFindings.isEmpty {
            warnings.append(
                "A against itself differs in \(list(calibrationFindings)): "
                    + "differences of that size mean nothing here.")
        }
        return warnings
    }

    /// What the A/A comparison says; nil without one.
    var calibration: String? {
        guard let calibration = data.analysis.calibration else { return nil }
        let count = calibration.filter { $0.verdict != .none }.count
        guard count > 0 else { return "A against itself: too few blocks to judge by." }
        return calibrationFindings.isEmpty
            ? "A against itself: none of \(count) metrics differs, as it should be."
            : "A against itself: \(calibrationFindings.count) of \(count) metrics differ; by chance "
                + "alone any does in one benchmark of twenty."
    }

    /// What A's runs divided into two say; nil with too few of them.
    var nullSimulation: String? {
        guard let null = data.nullSimulation else { return nil }
        let ratio = Dimension.ratio
        return "Null simulation: A's runs compared with each other \(null.comparisons) times, in "
            + "\(null.pairs) pairs: p < \(Digits.shortest(null.alpha)) in \(ratio.format(null.rate)) "
            + "of the tests of metrics that vary (standard error "
            + "\(ratio.format(null.standardError))), in \(ratio.format(null.overallRate)) of all, and "
            + "after the correction any in \(ratio.format(null.familyWiseRate)) of the comparisons."
    }

    /// What would settle the inconclusive metrics, where it is the same for all; else nil.
    var remedy: String? {
        let open = comparisons.filter { $0.verdict == .inconclusive && !$0.isEqual }
        let counts = Set(open.compactMap(\.blocksToSettle))
        guard open.count > 1, let count = counts.first, counts.count == 1 else { return nil }
        return "About \(count) blocks would settle what is inconclusive."
    }

    private var calibrationFindings: [Analysis.Comparison] {
        (data.analysis.calibration ?? []).filter { $0.verdict == .better || $0.verdict == .worse }
    }

    /// "20 blocks"
    var blocks: String {
        data.analysis.blocks == 1 ? "1 block" : "\(data.analysis.blocks) blocks"
    }

    /// The runs that were left out; nil when there are none.
    var disturbances: String? {
        let count = data.analysis.disturbedRuns
        guard count > 0 else { return nil }
        return count == 1
            ? "1 disturbed run was left out." : "\(count) disturbed runs were left out."
    }

    /// What the emulated link was kept from in the runs that count, and isn't enough to void them;
    /// nil when there is nothing.
    var stalls: String? {
        let stalled = data.runs.compactMap(\.link?.stalled).filter { $0 > 0 }
        guard let most = stalled.max() else { return nil }
        return "The link stood still for a moment in \(stalled.count) of \(data.runs.count) runs, "
            + "in none for more than \(Dimension.seconds.format(most)) altogether."
    }

    /// "goodput (+12.3 %), RTT p95 (-40.1 %) and 2 more": one metric of each kind, as RTT p50, p95
    /// and p99 mostly say the same.
    private func list(_ comparisons: [Analysis.Comparison], withEffects: Bool = true) -> String {
        let shown = Self.telling(comparisons).prefix(4)
        var items = shown.map { comparison in
            let title = Metric.named(comparison.metric).titleInSentence
            return withEffects ? "\(title) (\(comparison.effectText))" : title
        }
        if comparisons.count > shown.count {
            items.append("\(comparisons.count - shown.count) more")
        }
        guard let last = items.popLast() else { return "" }
        return items.isEmpty ? last : items.joined(separator: ", ") + " and " + last
    }

    /// Of each kind of metric the one at p95, otherwise the first.
    private static func telling(_ comparisons: [Analysis.Comparison]) -> [Analysis.Comparison] {
        var kinds: [String] = []
        var chosen: [String: Analysis.Comparison] = [:]
        for comparison in comparisons {
            let kind = Metric.named(comparison.metric).kind
            if chosen[kind] == nil { kinds.append(kind) }
            if chosen[kind] == nil || comparison.metric == "\(kind)_p95" {
                chosen[kind] = comparison
            }
        }
        return kinds.compactMap { chosen[$0] }
    }

    private func rest(
        _ equivalent: [Analysis.Comparison], _ open: [Analysis.Comparison]
    ) -> String {
        var parts: [String] = []
        if !equivalent.isEmpty {
            parts.append("equivalent in \(list(equivalent, withEffects: false))")
        }
        if !open.isEmpty { parts.append("inconclusive in \(list(open, withEffects: false))") }
        return parts.joined(separator: "; ")
    }
}

extension Metric {
    /// What metrics have in common that go together: delay, completion times.
    fileprivate var kind: String {
        let word = name.prefix { $0 != "_" }
        return word == "queueing" ? "rtt" : String(word)
    }
}
