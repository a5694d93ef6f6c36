/// The rectangle that a chart's data lies in, with axes, grid and legend around it.
struct Frame {
    let width: Double
    let height: Double
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let x: Scale
    let y: Scale

    private let xAxis: Axis
    private let yAxis: Axis
    private let xResolved: Axis.Resolved
    private let yResolved: Axis.Resolved
    private let legend: [(entry: LegendEntry, x: Double, y: Double)]

    struct LegendEntry {
        enum Swatch {
            case line(dashed: Bool)
            case box, marker
        }
        let name: String
        let ink: Ink
        let swatch: Swatch
    }

    /// - Parameters:
    ///   - plotHeight: of the data's rectangle: what is around it adds to the chart's height.
    ///   - data: the ranges of the data, nil where there is none.
    ///   - lanes: labels of lanes, ``laneHeight`` each, above the data.
    init(
        width: Double, plotHeight: Double, x xAxis: Axis, y yAxis: Axis,
        data: (x: ClosedRange<Double>?, y: ClosedRange<Double>?), extendsX: Bool = false,
        legend entries: [LegendEntry] = [], lanes: [String] = []
    ) {
        self.width = width
        self.xAxis = xAxis
        self.yAxis = yAxis
        yResolved = yAxis.resolve(
            data.y, atMost: max(3, Int(plotHeight / 32) + 1), extends: true)
        let labels = (yAxis.isLabelled ? yResolved.ticks.map(\.label) : []) + lanes
        // Never less, so that charts below each other have their data below each other.
        left = max((labels.map(TextMetrics.width).max() ?? 0).rounded(.up) + 8, 44)
        let room = width - left
        // No more ticks than labels of the widest kind find room.
        let atMost = max(2, Int(room / (xAxis.isLogarithmic ? 64 : 56)))
        xResolved = xAxis.resolve(data.x, atMost: atMost, extends: extendsX)
        right = width - 12

        let titleWidth = yAxis.isLabelled ? TextMetrics.width(yResolved.title) : 0
        let placed = Self.place(
            entries, from: left, to: width - 2, below: titleWidth)
        legend = placed.entries
        // Lanes keep off the label of the highest tick.
        let lanesHeight = lanes.isEmpty ? 0 : Double(lanes.count) * Self.laneHeight + 8
        top = Double(placed.rows) * TextMetrics.lineHeight + 8 + lanesHeight
        bottom = top + plotHeight
        height = bottom + (xAxis.isLabelled ? 38 : 16)
        x = Scale(
            xResolved.domain, isLogarithmic: xAxis.isLogarithmic,
            from: xAxis.isReversed ? right : left, to: xAxis.isReversed ? left : right)
        y = Scale(
            yResolved.domain, isLogarithmic: yAxis.isLogarithmic,
            from: yAxis.isReversed ? top : bottom, to: yAxis.isReversed ? bottom : top)
    }

    /// Where the x axis' title stands.
    var titleBaseline: Double { bottom + 34 }

    private static let laneHeight = 16.0

    /// Where a lane's text stands.
    func laneBaseline(_ lane: Int, of count: Int) -> Double {
        top - 12 - Double(count - 1 - lane) * Self.laneHeight
    }

    /// To the right of the title where there is room, otherwise in rows below it.
    private static func place(
        _ entries: [LegendEntry], from left: Double, to right: Double, below titleWidth: Double
    ) -> (entries: [(LegendEntry, Double, Double)], rows: Int) {
        let swatch = 24.0
        let gap = 14.0
        let entries = entries.map { entry in
            LegendEntry(
                name: TextMetrics.fit(entry.name, into: right - left - swatch), ink: entry.ink,
                swatch: entry.swatch)
        }
        let widths = entries.map { TextMetrics.width($0.name) + swatch }
        let total = widths.reduce(0) { $0 + $1 + gap } - gap
        let fits = titleWidth + 2 * gap + total <= right
        var row = fits || titleWidth == 0 ? 0 : 1
        let start = fits ? right - total : left
        var x = start
        var placed: [(LegendEntry, Double, Double)] = []
        for (entry, width) in zip(entries, widths) {
            // The last one ends where the room does, but for rounding.
            if x > start && x + width > right + 0.5 {
                x = start
                row += 1
            }
            placed.append((entry, x, Double(row) * TextMetrics.lineHeight + TextMetrics.size))
            x += width + gap
        }
        return (placed, max(row + 1, 1))
    }

    /// The chart's root element, with what the frame draws below and above the data.
    ///
    /// - Parameters:
    ///   - shades: stretches of x to shade.
    ///   - isFile: whether it has to bring its style along.
    func svg(
        label: String, isEmpty: Bool, shades: [ClosedRange<Double>] = [], isFile: Bool = false,
        _ content: (inout Markup) -> Void
    ) -> Markup {
        let label = isEmpty ? "\(label): no data" : label
        let chart = Self.root(width: width, height: height, label: label) { svg in
            for shade in shades { draw(shade, &svg) }
            drawGrid(&svg)
            if isEmpty {
                svg.element(
                    "text",
                    [
                        "class": "muted middle", "x": Path.number((left + right) / 2),
                        "y": Path.number((top + bottom) / 2 + 4),
                    ], text: "no data")
            } else {
                content(&svg)
            }
            drawAxes(&svg, hasTicks: !isEmpty)
            for (entry, x, y) in legend { draw(entry, x, y, &svg) }
        }
        return isFile ? file(chart) : chart
    }

    private func file(_ chart: Markup) -> Markup {
        var file = Markup()
        let size = (width: Path.number(width), height: Path.number(height))
        file.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "width": size.width,
                "height": size.height,
            ]
        ) { svg in
            svg.element("style") { $0.write(verbatim: PlotStyle.css) }
            svg.empty("rect", ["class": "paper", "width": size.width, "height": size.height])
            svg.write(chart)
        }
        return file
    }

    static func root(
        width: Double, height: Double, label: String, _ content: (inout Markup) -> Void
    ) -> Markup {
        var markup = Markup()
        let width = Path.number(width)
        let height = Path.number(height)
        markup.element(
            "svg",
            [
                "class": "plot", "role": "img", "aria-label": label,
                "viewBox": "0 0 \(width) \(height)", "width": width, "height": height,
            ]
        ) { svg in
            svg.element("title", text: label)
            content(&svg)
        }
        return markup
    }

    private func draw(_ shade: ClosedRange<Double>, _ svg: inout Markup) {
        let start = x(shade.lowerBound)
        svg.empty(
            "rect",
            [
                "class": "shade", "x": Path.number(start), "y": Path.number(top),
                "width": Path.number(x(shade.upperBound) - start),
                "height": Path.number(bottom - top),
            ])
    }

    private func drawGrid(_ svg: inout Markup) {
        var path = ""
        for tick in yResolved.ticks {
            path += "M\(Path.number(left)),\(Path.number(y(tick.value)))H\(Path.number(right))"
        }
        for tick in xResolved.ticks {
            path += "M\(Path.number(x(tick.value))),\(Path.number(top))V\(Path.number(bottom))"
        }
        svg.empty("path", ["class": "grid", "d": path])
    }

    private func drawAxes(_ svg: inout Markup, hasTicks: Bool) {
        svg.empty(
            "path",
            [
                "class": "base",
                "d": "M\(Path.number(left)),\(Path.number(bottom))H\(Path.number(right))",
            ])
        if yAxis.isLabelled {
            svg.element(
                "text", ["class": "muted", "x": "0", "y": Path.number(TextMetrics.size)],
                text: yResolved.title)
            for tick in yResolved.ticks where hasTicks {
                svg.element(
                    "text",
                    [
                        "class": "muted end", "x": Path.number(left - 6),
                        "y": Path.number(y(tick.value) + 4),
                    ], text: tick.label)
            }
        }
        guard xAxis.isLabelled else { return }
        if hasTicks { drawXLabels(&svg) }
        svg.element(
            "text",
            [
                "class": "muted middle", "x": Path.number((left + right) / 2),
                "y": Path.number(titleBaseline),
            ], text: xResolved.title)
    }

    /// Labels that would touch the one before, or leave the chart, are left out.
    private func drawXLabels(_ svg: inout Markup) {
        var free = -Double.infinity
        for tick in xResolved.ticks.sorted(by: { x($0.value) < x($1.value) }) {
            let half = TextMetrics.width(tick.label) / 2
            let place = min(max(x(tick.value), half), width - half)
            guard place - half >= free else { continue }
            svg.element(
                "text",
                ["class": "muted middle", "x": Path.number(place), "y": Path.number(bottom + 16)],
                text: tick.label)
            free = place + half + 6
        }
    }

    private func draw(_ entry: LegendEntry, _ x: Double, _ y: Double, _ svg: inout Markup) {
        svg.element("g", ["class": entry.ink.rawValue]) { group in
            let middle = y - 4
            switch entry.swatch {
            case .line(let dashed):
                let path = "M\(Path.number(x)),\(Path.number(middle))h18"
                if dashed, let dashes = entry.ink.dashes {
                    group.empty(
                        "path", ["class": "line", "stroke-dasharray": dashes, "d": path])
                } else {
                    group.empty("path", ["class": "line", "d": path])
                }
            case .box:
                group.empty(
                    "rect",
                    [
                        "class": "layer", "x": Path.number(x + 4), "y": Path.number(middle - 5),
                        "width": "10", "height": "10",
                    ])
            case .marker:
                group.empty(
                    "path",
                    ["class": "solid", "d": entry.ink.marker(at: x + 9, middle, size: 4)])
            }
            group.element(
                "text", ["x": Path.number(x + 24), "y": Path.number(y)], text: entry.name)
        }
    }
}
