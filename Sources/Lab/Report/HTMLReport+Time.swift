import Plots

extension HTMLReport {
    /// One block over time, arm under arm.
    func writeTimes(_ main: inout Markup) {
        guard let panels = TimePanels(self) else { return }
        Self.section("Over time", &main) { section in
            section.element(
                "p", ["class": "note"],
                text: "Block \(panels.example.block), the one with the median goodput"
                    + (data.manifest.warmUp > 0 ? "; the warm-up is shaded." : "."))
            if data.isShared {
                panels.writeShares(&section)
            } else {
                panels.writeGoodput(&section)
            }
            panels.writeFlows(panels.cwnd, "Congestion window", &section)
            panels.writeFlows(
                panels.flowCharts("Smoothed RTT", .seconds, \.rtt), "Smoothed RTT", &section)
            panels.writeQueue(&section)
        }
    }

    /// Both arms' cwnd over time in one SVG file; nil without samples.
    var cwndPlot: String? {
        guard let panels = TimePanels(self) else { return nil }
        var chart = panels.cwnd[0]
        chart.x.range = 0...panels.end
        chart.series = panels.cwnd.flatMap(\.series)
        return chart.svg(width: Self.wideWidth, plotHeight: 200, isFile: true).text + "\n"
    }
}

/// The charts of one block.
private struct TimePanels {
    let report: HTMLReport
    let example: ExampleBlock
    let end: Double

    /// More flows than this become their median and a band.
    private static let mostLines = 4
    private static let bins = 200

    /// Nil without samples.
    init?(_ report: HTMLReport) {
        guard let example = report.example else { return nil }
        let flowTimes = example.panels.flatMap { $0.flows.flatMap { $0.points.map(\.time) } }
        let queueTimes = example.panels.flatMap { $0.queue.map(\.time) }
        let last = (flowTimes + queueTimes).filter(Point.isPlottable).max() ?? 0
        guard last > 0 else { return nil }
        // The last samples come a little before the end, or after it, when the traffic is over.
        let duration = report.data.manifest.duration
        self.report = report
        self.example = example
        end = duration > last * 0.9 && duration < last * 1.1 ? duration : last
    }

    /// A figure with a chart per panel, all on the same axes.
    private func writeFigure(
        _ title: String, note: String? = nil, _ charts: [LineChart], _ section: inout Markup
    ) {
        let warmUp = report.data.manifest.warmUp
        let charts = LineChart.aligned(
            charts.map { chart in
                var chart = chart
                chart.x.range = 0...end
                chart.shades = warmUp > 0 ? [0...warmUp] : []
                return chart
            })
        section.element("figure") { figure in
            figure.element("h3", text: title)
            HTMLReport.writeResponsive(&figure) { width in
                var stack = Markup()
                for chart in charts { stack.write(chart.svg(width: width, plotHeight: 110)) }
                return stack
            }
            if let note { figure.element("figcaption", text: note) }
        }
    }

    private var time: Axis { Axis("Time", .seconds) }

    /// What was due at the end comes a moment later.
    private func isShown(_ time: Double) -> Bool { time <= end * 1.005 }

    func writeGoodput(_ section: inout Markup) {
        let charts = example.panels.map { panel in
            let bins = FlowBins(panel.flows, until: end, count: Self.bins, \.goodput)
            return LineChart(
                "Goodput of \(report.data.name(panel.arm)) over time", x: time,
                y: Axis("", .bitsPerSecond),
                series: [
                    LineChart.Series(
                        report.data.name(panel.arm), panel.arm.ink, .area,
                        zip(bins.times, bins.sums).map { Point($0, $1) })
                ])
        }
        writeFigure("Goodput", charts, &section)
    }

    var cwnd: [LineChart] { flowCharts("Congestion window", .count, unit: "segments", \.cwnd) }

    /// One per arm.
    func flowCharts(
        _ title: String, _ dimension: Dimension, unit: String = "",
        _ value: KeyPath<RunSeries.Point, Double> & Sendable
    ) -> [LineChart] {
        example.panels.map { panel in
            var chart = LineChart(
                "\(title) of \(report.data.name(panel.arm)) over time", x: time,
                y: Axis(unit, dimension), series: [])
            let name = report.data.name(panel.arm)
            guard panel.flows.count > Self.mostLines else {
                let shape: LineChart.Series.Shape = panel.flows.count > 1 ? .thinLine : .line
                chart.series = panel.flows.enumerated().map { index, flow in
                    LineChart.Series(
                        index == 0 ? name : nil, panel.arm.ink, shape,
                        flow.points.filter { isShown($0.time) }.map {
                            Point($0.time, $0[keyPath: value])
                        })
                }
                return chart
            }
            let bins = FlowBins(panel.flows, until: end, count: Self.bins, value)
            chart.series = [
                LineChart.Series(
                    "\(name), median of \(panel.flows.count) flows", panel.arm.ink, .line,
                    bins.quantile(0.5))
            ]
            chart.bands = [
                LineChart.Band(
                    panel.arm.ink, low: bins.quantile(0.1).filter(\.isPlottable),
                    high: bins.quantile(0.9).filter(\.isPlottable))
            ]
            return chart
        }
    }

    /// Arm under arm; where each has one flow, overlaid, which shows best how they differ.
    func writeFlows(_ charts: [LineChart], _ title: String, _ section: inout Markup) {
        var charts = charts
        if charts.allSatisfy({ $0.series.count <= 1 && $0.bands.isEmpty }) {
            charts[0].title = "\(title) of both arms over time"
            charts[0].series = charts.flatMap(\.series)
            charts = [charts[0]]
        }
        let hasBands = charts.contains { !$0.bands.isEmpty }
        writeFigure(
            title, note: hasBands ? "Shaded: from the flows' p10 to their p90." : nil, charts,
            &section)
    }

    func writeQueue(_ section: inout Markup) {
        // On a shared link there is one queue.
        let panels = report.data.isShared ? Array(example.panels.prefix(1)) : example.panels
        let points = panels.flatMap(\.queue)
        guard !points.isEmpty else { return }
        let hasDrops = points.contains { $0.drops > 0 }
        let hasMarks = points.contains { $0.marks > 0 }
        let charts = panels.map { panel in
            let name = report.data.isShared ? "both arms" : report.data.name(panel.arm)
            var chart = LineChart(
                "Queue of the bottleneck under \(name) over time", x: time, y: Axis("", .bytes),
                series: [
                    LineChart.Series(
                        name, report.data.isShared ? .fourth : panel.arm.ink, .area,
                        panel.queue.filter { isShown($0.time) }.map {
                            Point($0.time, $0.bytes)
                        })
                ])
            // Both panels get the lanes, so that they have the same axes.
            if hasDrops {
                chart.events.append(
                    LineChart.Events(
                        "drops", .alert, panel.queue.filter { $0.drops > 0 }.map(\.time)))
            }
            if hasMarks {
                chart.events.append(
                    LineChart.Events(
                        "marks", .third, panel.queue.filter { $0.marks > 0 }.map(\.time)))
            }
            return chart
        }
        let counts = panels.map { panel in
            let drops = panel.queue.reduce(0) { $0 &+ $1.drops }
            let marks = panel.queue.reduce(0) { $0 &+ $1.marks }
            let name = report.data.isShared ? "Both arms" : report.data.name(panel.arm)
            return "\(name): \(drops) dropped" + (hasMarks ? ", \(marks) marked." : ".")
        }
        writeFigure(
            "Queue at the bottleneck",
            note: "The fullest it was between samples. Packets, warm-up included: "
                + counts.joined(separator: " "), charts, &section)
    }

    /// Who gets how much of what both get.
    func writeShares(_ section: inout Markup) {
        let count = max(20, min(Self.bins, Int(end.rounded(.up))))
        let layers = example.panels.flatMap { panel in
            let name = report.data.name(panel.arm)
            let groups =
                panel.flows.count > Self.mostLines ? [panel.flows] : panel.flows.map { [$0] }
            return groups.enumerated().map { index, flows in
                StackedChart.Layer(
                    index == 0 ? name : nil, panel.arm.ink,
                    FlowBins(flows, until: end, count: count, \.goodput).sums)
            }
        }
        let flows = example.panels.map { Double($0.flows.count) }
        let all = flows.reduce(0, +)
        guard all > 0 else { return }
        let chart = StackedChart(
            "Share of the goodput over time", x: time,
            times: (0..<count).map { Double($0) * end / Double(count) }, end: end, layers: layers,
            reference: flows[0] / all)
        section.element("figure") { figure in
            figure.element("h3", text: "Shares of the goodput")
            HTMLReport.writeResponsive(&figure) { chart.svg(width: $0, plotHeight: 180) }
            figure.element(
                "figcaption", text: "Dashed: where every flow would have the same share.")
        }
    }
}
