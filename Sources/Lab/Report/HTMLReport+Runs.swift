import Plots

extension HTMLReport {
    /// Throughput against delay: a point per run.
    func writeScatter(_ main: inout Markup) {
        let delay = ["rtt_p95", "rtt_p50", "queueing_p95", "latency_p99"].first { metric in
            ArmKey.allCases.allSatisfy { !data.values(metric, of: $0).isEmpty }
        }
        guard let delay, ArmKey.allCases.allSatisfy({ !data.values("goodput", of: $0).isEmpty })
        else { return }
        let metric = Metric.named(delay)
        let chart = ScatterChart(
            "Goodput against \(metric.titleInSentence), a point per run",
            x: Axis(metric.title, .seconds, isReversed: true), y: Axis("Goodput", .bitsPerSecond),
            groups: ArmKey.allCases.map { arm in
                ScatterChart.Group(
                    data.name(arm), arm.ink,
                    data.measurements(of: arm).compactMap { measurement in
                        guard let x = measurement.metrics[delay],
                            let y = measurement.metrics["goodput"]
                        else { return nil }
                        return Point(x, y)
                    })
            }, hint: "better \u{2197}")
        Self.section("Throughput against delay", &main) { section in
            section.element("figure") { figure in
                Self.writeResponsive(&figure) { width in
                    chart.svg(width: width, plotHeight: width > 500 ? 300 : 240)
                }
                figure.element(
                    "figcaption",
                    text: "A point per run, the mean hollow. Each ellipse is where 95 % of an "
                        + "arm's runs lie, as far as they are normally distributed. Delay falls to "
                        + "the right.")
            }
        }
    }

    /// Cumulative distributions of what was measured per packet or per request.
    func writeDistributions(_ main: inout Markup) {
        let charts = [
            ("RTT", "rtt"), ("Completion time", "completion"), ("Request latency", "latency"),
        ].compactMap { title, name in
            distributionChart(title) { arm in
                data.measurements(of: arm).compactMap { $0.distributions[name] }
            }
        }
        // On a shared link the delay in the queue is no arm's own.
        let queueing =
            data.isShared
            ? nil
            : distributionChart("Queueing delay") { arm in
                data.runs(of: arm).compactMap { $0.link?.down.queueingDelay }
            }
        let all = charts + [queueing].compactMap { $0 }
        guard !all.isEmpty else { return }
        Self.section("Distributions", &main) { section in
            section.element("figure") { figure in
                figure.element("div", ["class": "pair"]) { pair in
                    for chart in all {
                        pair.element("div") {
                            $0.write(chart.svg(width: Self.narrowWidth, plotHeight: 200))
                        }
                    }
                }
                figure.element(
                    "figcaption",
                    text: "The share of the samples up to each value. Lines: the median of the "
                        + "runs at each quantile; shaded: all runs.")
            }
        }
    }

    private func distributionChart(
        _ title: String, _ samples: (ArmKey) -> [Distribution]
    ) -> LineChart? {
        let curves = ArmKey.allCases.compactMap { arm -> LineChart.Curve? in
            let quantiles = samples(arm).map(\.percentiles).filter {
                $0.count == 101 && $0.allSatisfy(\.isFinite)
            }
            guard !quantiles.isEmpty else { return nil }
            let sorted = (0...100).map { index in quantiles.map { $0[index] }.sorted() }
            return LineChart.Curve(
                data.name(arm), arm.ink, sorted.map { $0[$0.count / 2] },
                spread: quantiles.count > 1
                    ? (sorted.map { $0[0] }, sorted.map { $0[$0.count - 1] }) : nil)
        }
        guard !curves.isEmpty else { return nil }
        let ends = curves.flatMap(\.quantiles).filter { $0 > 0 }
        let isWide = (ends.max() ?? 1) / (ends.min() ?? 1) > 20
        return .cdf(
            "Cumulative distribution: \(title)",
            x: Axis(title, .seconds, isLogarithmic: isWide), curves)
    }

    func writeDisturbances(_ main: inout Markup) {
        let sentences = [conclusion.disturbances, conclusion.stalls].compactMap { $0 }
        guard !sentences.isEmpty else { return }
        Self.section("Disturbed runs", &main) { section in
            for sentence in sentences { section.element("p", text: sentence) }
            guard !data.disturbed.isEmpty else { return }
            section.element("div", ["class": "scroll"]) { box in
                box.element("table") { table in
                    table.element("thead") { head in
                        head.element("tr") { row in
                            for title in ["Run", "Block", "Arm", "Attempt", "What disturbed it"] {
                                row.element("th", ["scope": "col"], text: title)
                            }
                        }
                    }
                    table.element("tbody") { body in
                        for run in data.disturbed.prefix(50) {
                            body.element("tr") { row in
                                row.element("td", text: String(run.index))
                                row.element("td", text: String(run.block))
                                row.element("td", text: run.treatment)
                                row.element("td", text: String(run.attempt))
                                row.element(
                                    "td", text: run.disturbances.joined(separator: "; "))
                            }
                        }
                    }
                }
            }
            if data.disturbed.count > 50 {
                section.element(
                    "p", ["class": "note"], text: "\(data.disturbed.count - 50) more.")
            }
        }
    }
}
