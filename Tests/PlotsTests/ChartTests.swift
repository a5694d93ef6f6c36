import TestSupport
import Testing

@testable import Plots

@Suite struct ChartTests {
    private let hostile = "<script>\"'&]]>\u{0}\u{1B}"
    private let wild: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e300, -1e300, .leastNonzeroMagnitude, 1e17, 3,
    ]

    private func line(_ points: [Point], isLogarithmic: Bool = false) -> LineChart {
        LineChart(
            "Title", x: Axis("Time", .seconds, isLogarithmic: isLogarithmic),
            y: Axis("", .bytes, covering: 0...0, isLogarithmic: isLogarithmic),
            series: [LineChart.Series("a", .first, .area, points)])
    }

    /// One of every kind, from the same values.
    private func charts(_ values: [Double], name: String = "name") -> [Markup] {
        let points = zip(values, values.reversed()).map { Point($0, $1) }
        var lines = line(points)
        lines.title = name
        lines.series += [
            LineChart.Series(name, .second, .steps, points),
            LineChart.Series(nil, .third, .line, points),
        ]
        lines.bands = [LineChart.Band(.first, low: points, high: points)]
        lines.events = [LineChart.Events(name, .alert, values)]
        lines.shades = [0...1]
        let rows = values.map { value in
            IntervalChart.Row(
                name, value: value, low: -value, high: value, margin: value, outcome: .better,
                effect: name, verdict: name)
        }
        return [
            lines.svg(width: 700, plotHeight: 200),
            line(points, isLogarithmic: true).svg(width: 340, plotHeight: 100),
            LineChart.cdf(
                name, x: Axis(name, .seconds, isLogarithmic: true),
                [LineChart.Curve(name, .first, values, spread: (values, values))]
            ).svg(width: 340, plotHeight: 200),
            ScatterChart(
                name, x: Axis(name, .seconds, isReversed: true), y: Axis(name, .bitsPerSecond),
                groups: [ScatterChart.Group(name, .first, points)], hint: name
            ).svg(width: 340, plotHeight: 200),
            StackedChart(
                name, x: Axis(name, .seconds), times: values, end: 9,
                layers: [StackedChart.Layer(name, .first, values)], reference: 0.5
            ).svg(width: 340, plotHeight: 200),
            IntervalChart(name, .ratio, rows: rows).svg(width: 700),
            IntervalChart(name, .ratio, rows: rows).svg(width: 340),
        ]
    }

    @Test func areWellFormed() throws {
        for chart in charts([1, 5, 2, 4, 3, 9]) {
            let svg = try XMLText(chart.text)
            #expect(svg.elements.first?.name == "svg")
            #expect(svg.elements.dropFirst().first?.name == "title")
            #expect(!chart.text.contains("nan") && !chart.text.contains("inf"))
        }
    }

    @Test func surviveAnyValue() throws {
        for value in wild { for chart in charts([value]) { _ = try XMLText(chart.text) } }
        for chart in charts(wild) + charts(wild.reversed()) {
            let svg = try XMLText(chart.text)
            for element in svg.elements {
                for (key, value) in element.attributes where ["d", "x", "y"].contains(key) {
                    #expect(!value.contains("nan") && !value.contains("inf"))
                }
            }
        }
    }

    @Test func sayThatThereIsNoData() throws {
        for values in [[], [Double.nan], [.infinity, .nan]] {
            for chart in charts(values).prefix(5) {
                let svg = try XMLText(chart.text)
                #expect(svg.named("text").contains { $0.text == "no data" })
                #expect(svg.elements[0].attributes["aria-label"]?.hasSuffix(": no data") == true)
            }
        }
        #expect(IntervalChart("t", .ratio, rows: []).svg(width: 340).text.contains("no data"))
    }

    @Test func escapeForeignText() throws {
        for chart in charts([1, 2, 3], name: hostile) {
            let svg = try XMLText(chart.text)
            #expect(svg.named("script").isEmpty)
            #expect(!chart.text.contains("\u{1B}"))
        }
        #expect(Markup.escape("a<b>\"c\"&'d'\n") == "a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;\n")
        #expect(Markup.escape("\u{0}\u{85}\u{202E}\u{FFFE}") == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test func breakALineWhereAValueIsMissing() throws {
        let chart = line([Point(0, 1), Point(1, 2), Point(2, .nan), Point(3, 1), Point(4, 2)])
        let svg = try XMLText(chart.svg(width: 340, plotHeight: 100).text)
        let path = try #require(
            svg.named("path").first { $0.attributes["class"] == "p1 line thin" }
        ).attributes["d"]
        #expect(path?.filter { $0 == "M" }.count == 2)
    }

    @Test func drawEventsOfOnePixelOnce() throws {
        var chart = line([Point(0, 1), Point(10, 1)])
        chart.events = [LineChart.Events("drops", .alert, (0..<1000).map { 5 + Double($0) * 1e-6 })]
        let svg = try XMLText(chart.svg(width: 340, plotHeight: 100).text)
        let path = try #require(svg.named("path").first { $0.attributes["class"] == "p5 line" })
        #expect(path.attributes["d"]?.filter { $0 == "M" }.count == 1)
    }

    @Test func keepTheOrderOfAReversedAxis() {
        let scale = Scale(0...10, from: 100, to: 0)
        #expect(scale(2) == 80 && scale(8) == 20)
        #expect(scale(-5) == 100 && scale(50) == 0)
        let logarithmic = Scale(1...100, isLogarithmic: true, from: 0, to: 10)
        #expect(abs(logarithmic(10) - 5) < 1e-9 && logarithmic(0) == 0)
    }

    @Test func alignedChartsHaveOneAxis() {
        let charts = LineChart.aligned([line([Point(0, 7)]), line([Point(1, 91)])])
        #expect(charts.map(\.y.covered) == [0...91, 0...91])
        #expect(charts.map(\.x.isLabelled) == [false, true])
    }

    /// An effect far beyond all others doesn't set the scale.
    @Test func intervalsBeyondTheEdgeGetAnArrow() throws {
        let rows = [0.1, 0.2, 0.15, 40].map { value in
            IntervalChart.Row(
                "m", value: value, low: value - 0.05, high: value + 0.05, outcome: .worse,
                effect: "e", verdict: "v")
        }
        let svg = try XMLText(IntervalChart("t", .ratio, rows: rows).svg(width: 700).text)
        let markers = svg.named("path").filter { $0.attributes["class"] == "solid" }
        #expect(markers.count == 3)
        #expect(!svg.named("text").contains { $0.text.contains("4000") })
    }

    @Test func sharesAddUp() throws {
        let chart = StackedChart(
            "t", x: Axis("Time", .seconds), times: [0, 1], end: 2,
            layers: [
                StackedChart.Layer("a", .first, [1, 0]), StackedChart.Layer("b", .second, [3, 5]),
            ])
        let svg = try XMLText(chart.svg(width: 340, plotHeight: 100).text)
        let layers = svg.named("path").filter { $0.attributes["class"]?.hasSuffix("layer") == true }
        // From the bottom at 124 up to a quarter, then nothing.
        #expect(layers.first?.attributes["d"]?.contains(",99L") == true)
        #expect(layers.count == 2)
    }
}
