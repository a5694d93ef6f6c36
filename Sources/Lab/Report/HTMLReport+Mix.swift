import Plots

extension HTMLReport {
    /// What a naive experiment says, and what a roll-out does.
    func writeMix(_ main: inout Markup) {
        guard let mix = data.mix else { return }
        Self.section("Naive, total and spillover", &main) { section in
            section.element(
                "p", ["class": "note"],
                text: "Naive: \(data.names.b)'s flows against \(data.names.a)'s beside them, which "
                    + "is what an A/B test measures. Total: all flows \(data.names.b) against all flows "
                    + "\(data.names.a), which is what a roll-out does. Spillover: \(data.names.a)'s "
                    + "flows beside \(data.names.b)'s against \(data.names.a)'s alone. They differ "
                    + "because the flows share a bottleneck (Spang et al., IMC 2021).")
            for metric in mix.headlines {
                guard let chart = chart(metric, of: mix) else { continue }
                section.element("figure") { figure in
                    figure.element("h3", text: Metric.named(metric).title)
                    Self.writeResponsive(&figure) { chart.svg(width: $0, plotHeight: 200) }
                }
            }
            section.element("h3", text: "All effects")
            section.element("div", ["class": "scroll", "tabindex": "0"]) { box in
                box.element("table") { writeTable(mix, &$0) }
            }
            section.element(
                "p", ["class": "note"],
                text: "With 95 % confidence intervals; goodput by the flow. *: differs.")
        }
    }

    /// Of a metric's effects that are in the same unit as the total one; of large ones the ratios, on
    /// a logarithmic axis: a quarter is as far from 1 as four times.
    private func chart(_ metric: String, of mix: MixAnalysis) -> EffectChart? {
        func comparison(_ all: [Analysis.Comparison]) -> Analysis.Comparison? {
            all.first { $0.metric == metric }
        }
        guard let total = comparison(mix.total) else { return nil }
        let all = mix.points.flatMap { [comparison($0.naive), comparison($0.spillover)] }
        let ratios = all.compactMap { $0 }.filter(\.isRelative).map { 1 + $0.effect.value }
        let isWide = total.isRelative && ratios.contains { $0 > 4 || $0 < 0.25 }
        let none = isWide ? 1.0 : 0
        func effect(_ comparison: Analysis.Comparison, at share: Double) -> EffectChart.Effect {
            EffectChart.Effect(
                share, value: none + comparison.effect.value, low: none + comparison.effect.low,
                high: none + comparison.effect.high)
        }
        func effects(
            _ comparisons: KeyPath<MixAnalysis.Point, [Analysis.Comparison]>
        ) -> [EffectChart.Effect] {
            mix.points.compactMap { point in
                guard let found = comparison(point[keyPath: comparisons]),
                    found.isRelative == total.isRelative
                else { return nil }
                return effect(found, at: point.share)
            }
        }
        let title = Metric.named(metric).titleInSentence
        var chart = EffectChart(
            "Effect on \(title) against the share of \(data.names.b)'s flows",
            x: Axis("\(data.names.b)'s share of the flows", .ratio, range: 0...1),
            y: isWide
                ? Axis("Ratio", .plain, isLogarithmic: true)
                : Axis("Effect", total.effectDimension, covering: 0...0),
            groups: [
                EffectChart.Group("naive", .second, effects(\.naive)),
                EffectChart.Group("spillover", .first, effects(\.spillover)),
            ])
        chart.none = none
        chart.overall = effect(total, at: 0)
        chart.overallName = "total"
        return chart
    }

    private func writeTable(_ mix: MixAnalysis, _ table: inout Markup) {
        let effects = mix.effects
        table.element("thead") { head in
            head.element("tr") { row in
                row.element("th", ["scope": "col"], text: "Metric")
                for effect in effects {
                    row.element("th", ["scope": "col", "class": "number"]) { cell in
                        cell.write(text: effect.title)
                        cell.element("small", text: effect.share)
                    }
                }
            }
        }
        table.element("tbody") { body in
            for total in mix.told {
                body.element("tr") { row in
                    row.element("th", ["scope": "row"], text: Metric.named(total.metric).title)
                    for effect in effects {
                        row.element("td", ["class": "number"]) { cell in
                            guard
                                let comparison = effect.comparisons.first(where: {
                                    $0.metric == total.metric
                                })
                            else { return }
                            Self.write(
                                comparison.effectText + comparison.verdict.star,
                                comparison.intervalText, &cell)
                        }
                    }
                }
            }
        }
    }
}
