import PlainText
import Plots

/// A benchmark's result for the terminal: aligned columns, no colours.
package enum TextReport {
    /// The text, with a newline at the end.
    static func render(_ data: ReportData) -> String {
        let conclusion = Conclusion(data)
        var blocks = [
            "\(data.manifest.scenario): A = \(data.names.a), B = \(data.names.b)\n", facts(data),
        ]
        if !data.telling.isEmpty {
            blocks.append(table(data.telling, saysRemedies: conclusion.remedy == nil))
        }
        if let mix = data.mix { blocks.append(table(mix)) }
        let notes = [
            data.equal, conclusion.remedy, conclusion.calibration, conclusion.nullSimulation,
            disturbances(data), conclusion.stalls,
        ].compactMap { $0 }
        if !notes.isEmpty { blocks.append(notes.joined(separator: "\n") + "\n") }
        let sentences = conclusion.warnings + conclusion.details + [conclusion.sentence]
        blocks.append(sentences.joined(separator: "\n") + "\n")
        return Printable.lines(blocks.joined(separator: "\n"))
    }

    private static func facts(_ data: ReportData) -> String {
        columns(
            ReportFacts(data).all.filter { !$0.value.isEmpty }.map {
                ["  " + $0.name.lowercased(), oneLine($0.value)]
            })
    }

    /// Metrics as rows; `a` and `b` are what the arms are called.
    ///
    /// - Parameter saysRemedies: whether a row says how many blocks would settle it.
    package static func table(
        _ comparisons: [Analysis.Comparison], a: String = "A", b: String = "B",
        saysRemedies: Bool = true
    ) -> String {
        let header = [
            "METRIC", a, b, "\(b) AGAINST \(a)", "95 % INTERVAL", "P", "VERDICT", "NEEDS",
        ]
        let rows = comparisons.map { comparison in
            let metric = Metric.named(comparison.metric)
            let remedy = saysRemedies ? comparison.blocksToSettle : nil
            return [
                oneLine(metric.title), metric.dimension.format(comparison.a.value),
                metric.dimension.format(comparison.b.value), comparison.effectText,
                comparison.intervalText ?? "", comparison.pText,
                comparison.verdict.word, remedy.map { "~\($0) blocks" } ?? "",
            ]
        }
        return columns([header] + rows, right: 1...5, hasHeader: true)
    }

    /// The effects of the `mix` design, metrics as rows.
    private static func table(_ mix: MixAnalysis) -> String {
        let effects = mix.effects
        let header = [
            ["METRIC"] + effects.map(\.title), [""] + effects.map(\.share),
        ]
        let rows = mix.told.map { total in
            [Metric.named(total.metric).title]
                + effects.map { effect in
                    let comparison = effect.comparisons.first { $0.metric == total.metric }
                    return comparison.map { $0.effectText + $0.verdict.star } ?? ""
                }
        }
        return columns(header + rows, right: 1...effects.count) + "* differs; "
            + "naive: B's flows against A's beside them; spillover: A's flows beside B's against A's "
            + "alone\n"
    }

    /// What disturbed the runs that were left out, the most frequent first.
    private static func disturbances(_ data: ReportData) -> String? {
        guard let sentence = Conclusion(data).disturbances else { return nil }
        // "1 stall of 7 ms" and "2 stalls of 9 ms" are of a kind.
        let kinds = Dictionary(grouping: data.disturbed.flatMap(\.disturbances)) { reason in
            reason.filter { !$0.isNumber }
        }
        let reasons = kinds.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
            .prefix(3).map { oneLine($0[0]) + ($0.count > 1 ? " (and \($0.count - 1) alike)" : "") }
        guard !reasons.isEmpty else { return sentence }
        return sentence.dropLast() + ": " + reasons.joined(separator: ", ") + "."
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Rows in aligned columns; those in `right` to the right. With a header, columns that have
    /// nothing below it are left out.
    private static func columns(
        _ rows: [[String]], right: ClosedRange<Int>? = nil, hasHeader: Bool = false
    ) -> String {
        let all = (rows.first ?? []).indices
        let shown = all.filter { column in
            !hasHeader || rows.dropFirst().contains { !["", Digits.none].contains($0[column]) }
        }
        let widths = all.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for column in shown {
                let cell = row[column]
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += right?.contains(column) == true ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
