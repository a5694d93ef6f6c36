import Plots

extension HTMLReport {
    /// The table, and the effects as intervals.
    func writeMetrics(_ main: inout Markup) {
        let comparisons = data.telling
        guard !comparisons.isEmpty else { return }
        Self.section("What differs", &main) { section in
            section.element("div", ["class": "scroll"]) { box in
                box.element("table", ["class": "metrics"]) { writeTable(comparisons, &$0) }
            }
            section.element(
                "p", ["class": "note"],
                text: "Values are means over \(conclusion.blocks); ranges are 95 % confidence "
                    + "intervals; p is corrected for the number of metrics (Holm).")
            for sentence in [data.equal, conclusion.remedy].compactMap({ $0 }) {
                section.element("p", ["class": "note"], text: sentence)
            }
            writeIntervals(
                comparisons, "Effect of \(data.names.b) against \(data.names.a) by metric",
                note: "The effect on each metric with its 95 % confidence interval. Shaded: "
                    + "differences too small to matter. An arrow: the interval goes on.",
                &section)
        }
    }

    private func writeTable(_ comparisons: [Analysis.Comparison], _ table: inout Markup) {
        table.element("thead") { head in
            head.element("tr") { row in
                row.element("th", ["scope": "col"], text: "Metric")
                for arm in ArmKey.allCases {
                    row.element("th", ["scope": "col", "class": "number"]) { writeArm(arm, &$0) }
                }
                row.element("th", ["scope": "col", "class": "number"], text: "Effect")
                row.element("th", ["scope": "col", "class": "number"], text: "p")
                row.element("th", ["scope": "col"], text: "Verdict")
            }
        }
        table.element("tbody") { body in
            for comparison in comparisons {
                body.element("tr") { writeRow(comparison, &$0) }
            }
        }
    }

    private func writeRow(_ comparison: Analysis.Comparison, _ row: inout Markup) {
        let metric = Metric.named(comparison.metric)
        row.element("th", ["scope": "row"]) { cell in
            cell.write(text: metric.title)
            switch metric.better {
            case .higher: cell.element("small", text: "higher is better")
            case .lower: cell.element("small", text: "lower is better")
            case .neither: break
            }
        }
        for (arm, estimate) in [(ArmKey.a, comparison.a), (.b, comparison.b)] {
            let label = "\(arm.symbol) \(data.name(arm))"
            row.element("td", ["class": "number", "data-label": label]) {
                Self.write(
                    metric.dimension.format(estimate.value),
                    estimate.intervalText(metric.dimension), &$0)
            }
        }
        row.element("td", ["class": "number", "data-label": "Effect"]) {
            Self.write(comparison.effectText, comparison.intervalText, &$0)
        }
        row.element(
            "td", ["class": "number", "data-label": "p"],
            text: comparison.pText == Digits.none ? "\u{2013}" : comparison.pText)
        row.element("td", ["class": "verdict \(comparison.verdict.rawValue)"]) { cell in
            if comparison.verdict == .none {
                cell.element("span", ["class": "word"], text: "not judged")
            } else {
                cell.element("span", ["class": "word"]) { word in
                    word.element(
                        "span", ["class": "mark", "aria-hidden": "true"],
                        text: comparison.verdict.symbol)
                    word.write(text: comparison.verdict.word)
                }
            }
            if conclusion.remedy == nil, let remedy = comparison.remedy {
                cell.element("small", text: remedy)
            }
        }
    }

    /// A value, and its interval below in small.
    static func write(_ value: String, _ interval: String?, _ cell: inout Markup) {
        cell.write(text: Digits.typographic(value))
        if let interval { cell.element("small", text: Digits.typographic(interval)) }
    }

    /// The judged metrics whose effect is relative; others have no axis in common.
    func writeIntervals(
        _ comparisons: [Analysis.Comparison], _ title: String, note: String,
        _ section: inout Markup
    ) {
        let relative = comparisons.filter { $0.isRelative && $0.verdict != .none }
        guard !relative.isEmpty else { return }
        let margins = data.manifest.margins
        let chart = IntervalChart(
            title, .ratio,
            rows: relative.map { comparison in
                IntervalChart.Row(
                    Metric.named(comparison.metric).title, value: comparison.effect.value,
                    low: comparison.effect.low, high: comparison.effect.high,
                    margin: margins[comparison.metric] ?? margins["*"],
                    outcome: comparison.verdict.outcome,
                    effect: Digits.typographic(comparison.effectText),
                    verdict: comparison.verdict.word)
            })
        section.element("figure") { figure in
            Self.writeResponsive(&figure) { chart.svg(width: $0) }
            figure.element("figcaption", text: note)
        }
    }

    func writeCalibration(_ main: inout Markup) {
        Self.section("Calibration", &main) { section in
            if let sentence = conclusion.calibration {
                section.element("p", text: sentence)
                writeIntervals(
                    (data.analysis.calibration ?? []).filter { !$0.isEqual },
                    "Effect of \(data.names.a) against itself by metric",
                    note: "The same comparison with the same profile on both sides: every interval "
                        + "should hold zero.",
                    &section)
            } else {
                section.element(
                    "p", ["class": "note"],
                    text: "A wasn't compared with itself in this benchmark (--aa does).")
            }
            if let null = data.nullSimulation { write(null, &section) }
        }
    }

    /// How often each metric's test finds a difference where there is none.
    private func write(_ null: NullSimulation, _ section: inout Markup) {
        section.element("p", text: conclusion.nullSimulation ?? "")
        section.element("div", ["class": "scroll"]) { box in
            box.element("table") { table in
                table.element("thead") { head in
                    head.element("tr") { row in
                        row.element("th", ["scope": "col"], text: "Metric")
                        row.element(
                            "th", ["scope": "col", "class": "number"],
                            text: "p < \(Digits.shortest(null.alpha))")
                    }
                }
                table.element("tbody") { body in
                    for metric in Metric.all {
                        guard let rate = null.rates[metric.name] else { continue }
                        body.element("tr") { row in
                            row.element("th", ["scope": "row"], text: metric.title)
                            row.element(
                                "td", ["class": "number"], text: Dimension.ratio.format(rate))
                        }
                    }
                }
            }
        }
    }
}

extension Analysis.Verdict {
    fileprivate var outcome: IntervalChart.Row.Outcome {
        switch self {
        case .better: .better
        case .worse: .worse
        case .equivalent: .equivalent
        case .inconclusive, .none: .open
        }
    }

    /// As the interval chart draws it.
    fileprivate var symbol: String {
        switch self {
        case .better: "\u{25CF}"
        case .worse: "\u{25A0}"
        case .equivalent: "\u{25C7}"
        case .inconclusive, .none: "\u{25CB}"
        }
    }
}
