import Plots

/// A benchmark's result for the terminal: aligned columns, no colours.
package enum TextReport {
    /// The text, with a newline at the end.
    package static func render(
        manifest: Manifest, records: [RunRecord], analysis: Analysis
    ) -> String {
        let data = ReportData(
            manifest: manifest, records: records, series: [:], analysis: analysis)
        let conclusion = Conclusion(data)
        var blocks = [
            "\(manifest.scenario): A = \(data.names.a), B = \(data.names.b)\n", facts(data),
        ]
        if !analysis.comparisons.isEmpty { blocks.append(table(analysis.comparisons)) }
        let notes = [conclusion.calibration, disturbances(data)].compactMap { $0 }
        if !notes.isEmpty { blocks.append(notes.joined(separator: "\n") + "\n") }
        blocks.append((conclusion.warnings + [conclusion.sentence]).joined(separator: "\n") + "\n")
        return PrintableText.clean(blocks.joined(separator: "\n"))
    }

    private static func facts(_ data: ReportData) -> String {
        columns(
            ReportFacts(data).all.filter { !$0.value.isEmpty }.map {
                ["  " + $0.name.lowercased(), oneLine($0.value)]
            })
    }

    /// Metrics as rows; `a` and `b` are what the arms are called.
    package static func table(
        _ comparisons: [Analysis.Comparison], a: String = "A", b: String = "B"
    ) -> String {
        let header = ["METRIC", a, b, "\(b) AGAINST \(a)", "95 % INTERVAL", "P", "VERDICT"]
        let rows = comparisons.map { comparison in
            let metric = Metric.named(comparison.metric)
            let word = comparison.verdict.word
            return [
                oneLine(metric.title), metric.dimension.format(comparison.a.value),
                metric.dimension.format(comparison.b.value), comparison.effectText,
                comparison.intervalText ?? Digits.none, comparison.pText,
                comparison.blocksToSettle.map { "\(word) (needs ~\($0) blocks)" } ?? word,
            ]
        }
        return columns([header] + rows, right: 1...5)
    }

    /// What disturbed the runs that were left out, the most frequent first.
    private static func disturbances(_ data: ReportData) -> String? {
        guard let sentence = Conclusion(data).disturbances else { return nil }
        let reasons = Dictionary(data.disturbed.flatMap(\.disturbances).map { ($0, 1) }) { $0 + $1 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(3).map { oneLine($0.key) + ($0.value > 1 ? " (\($0.value) times)" : "") }
        guard !reasons.isEmpty else { return sentence }
        return sentence.dropLast() + ": " + reasons.joined(separator: ", ") + "."
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Rows in aligned columns; those in `right` to the right.
    private static func columns(_ rows: [[String]], right: ClosedRange<Int>? = nil) -> String {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += right?.contains(column) == true ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
