import Plots

/// What a benchmark says, in sentences.
struct Conclusion {
    private let data: ReportData
    private var comparisons: [Analysis.Comparison] { data.analysis.comparisons }

    init(_ data: ReportData) {
        self.data = data
    }

    /// The verdict, in one sentence.
    var sentence: String {
        let (a, b) = data.names
        let judged = comparisons.filter { $0.verdict != .none }
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
                ? "\(b) and \(a) are equivalent in \(metrics(judged, of: judged.count))."
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
        return calibrationFindings.isEmpty
            ? "A against itself: none of \(count) metrics differs, as it should be."
            : "A against itself: \(calibrationFindings.count) of \(count) metrics differ; by chance "
                + "alone one in twenty would, before correction."
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

    /// "goodput (+12.3 %), RTT p95 (-40.1 %) and 2 more"
    private func list(_ comparisons: [Analysis.Comparison]) -> String {
        // A list of two and "1 more" is as long as a list of three.
        let shown = comparisons.prefix(comparisons.count > 4 ? 3 : 4)
        var items = shown.map {
            "\(Metric.named($0.metric).titleInSentence) (\($0.effectText))"
        }
        if comparisons.count > shown.count {
            items.append("\(comparisons.count - shown.count) more")
        }
        guard let last = items.popLast() else { return "" }
        return items.isEmpty ? last : items.joined(separator: ", ") + " and " + last
    }

    private func rest(
        _ equivalent: [Analysis.Comparison], _ open: [Analysis.Comparison]
    ) -> String {
        var parts: [String] = []
        if !equivalent.isEmpty {
            parts.append("equivalent in \(metrics(equivalent, of: equivalent.count))")
        }
        if !open.isEmpty { parts.append("inconclusive in \(metrics(open, of: open.count))") }
        return parts.joined(separator: ", ")
    }

    /// One by its name, more by their number.
    private func metrics(_ comparisons: [Analysis.Comparison], of count: Int) -> String {
        count == 1
            ? Metric.named(comparisons[0].metric).titleInSentence : "\(count) metrics"
    }
}
