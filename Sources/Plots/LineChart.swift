/// Values over time (or any x): lines, steps, areas, bands, and events above them.
package struct LineChart: Sendable {
    /// What the chart shows, for those who can't see it.
    package var title: String
    package var x: Axis
    package var y: Axis
    package var series: [Series]
    package var bands: [Band] = []
    package var events: [Events] = []
    /// Shaded stretches of x, such as a warm-up.
    package var shades: [ClosedRange<Double>] = []

    package struct Series: Sendable {
        package enum Shape: Sendable {
            case line
            /// For many lines of one kind.
            case thinLine
            /// Each value holds until the next.
            case steps
            /// The same, filled down to the axis.
            case area
        }

        /// In the legend; nil keeps it out.
        package var name: String?
        package var ink: Ink
        package var shape: Shape
        package var points: [Point]

        package init(_ name: String?, _ ink: Ink, _ shape: Shape, _ points: [Point]) {
            self.name = name
            self.ink = ink
            self.shape = shape
            self.points = points
        }
    }

    /// What lies between two lines.
    package struct Band: Sendable {
        package var ink: Ink
        package var low: [Point]
        package var high: [Point]

        package init(_ ink: Ink, low: [Point], high: [Point]) {
            self.ink = ink
            self.low = low
            self.high = high
        }
    }

    /// When something happened: a lane of strokes above the data.
    package struct Events: Sendable {
        package var name: String
        package var ink: Ink
        package var times: [Double]

        package init(_ name: String, _ ink: Ink, _ times: [Double]) {
            self.name = name
            self.ink = ink
            self.times = times
        }
    }

    package init(_ title: String, x: Axis, y: Axis, series: [Series]) {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
    }

    /// - Parameters:
    ///   - width: of the whole chart, in pixels at its natural size.
    ///   - plotHeight: of the data's rectangle.
    ///   - isFile: for a file of its own, with the style sheet in it.
    package func svg(width: Double, plotHeight: Double, isFile: Bool = false) -> Markup {
        let plottable = plottable
        let inks = Set(series.map(\.ink))
        let frame = Frame(
            width: width, plotHeight: plotHeight, x: x, y: y,
            data: (
                x.extent(of: plottable.lazy.map(\.x)), y.extent(of: plottable.lazy.map(\.y))
            ),
            legend: series.compactMap { series in
                guard let name = series.name else { return nil }
                return Frame.LegendEntry(
                    name: name, ink: series.ink,
                    swatch: series.shape == .area ? .box : .line(dashed: inks.count > 1))
            }, lanes: events.map(\.name))
        let columns = Int(frame.right - frame.left)
        func reduced(_ points: [Point]) -> [[Point]] {
            Downsampling.segments(points).map {
                Downsampling.minMax($0, over: frame.x.domain, columns: columns)
            }
        }
        return frame.svg(label: title, isEmpty: plottable.isEmpty, shades: shades, isFile: isFile) {
            svg in
            for band in bands {
                draw(band, reduced(band.low), reduced(band.high), frame, &svg)
            }
            for series in series {
                draw(series, reduced(series.points), dashed: inks.count > 1, frame, &svg)
            }
            for (lane, events) in events.enumerated() { draw(events, lane, frame, &svg) }
        }
    }

    private func draw(
        _ band: Band, _ low: [[Point]], _ high: [[Point]], _ frame: Frame, _ svg: inout Markup
    ) {
        let edge = low.flatMap { $0 } + high.flatMap { $0 }.reversed()
        guard !edge.isEmpty else { return }
        svg.empty(
            "path",
            ["class": "\(band.ink.rawValue) area", "d": Path.line(edge, frame.x, frame.y) + "z"])
    }

    private func draw(
        _ series: Series, _ segments: [[Point]], dashed: Bool, _ frame: Frame, _ svg: inout Markup
    ) {
        let isStepped = series.shape == .steps || series.shape == .area
        let lines = segments.map { segment in
            isStepped
                ? Path.steps(segment, frame.x, frame.y) : Path.line(segment, frame.x, frame.y)
        }
        if series.shape == .area {
            let base = Path.number(frame.bottom)
            let areas = zip(lines, segments).map { line, segment in
                "\(line)V\(base)H\(Path.number(frame.x(segment[0].x)))z"
            }
            svg.empty("path", ["class": "\(series.ink.rawValue) area", "d": areas.joined()])
        }
        let style = series.shape == .line || series.shape == .steps ? "line" : "line thin"
        let path = lines.joined()
        if dashed, let dashes = series.ink.dashes {
            svg.empty(
                "path",
                [
                    "class": "\(series.ink.rawValue) \(style)", "stroke-dasharray": dashes,
                    "d": path,
                ])
        } else {
            svg.empty("path", ["class": "\(series.ink.rawValue) \(style)", "d": path])
        }
    }

    /// One stroke for all events that fall on the same pixel.
    private func draw(_ events: Events, _ lane: Int, _ frame: Frame, _ svg: inout Markup) {
        let baseline = frame.laneBaseline(lane, of: self.events.count)
        svg.element(
            "text",
            [
                "class": "muted end", "x": Path.number(frame.left - 6),
                "y": Path.number(baseline),
            ], text: events.name)
        let places = events.times.filter(Point.isPlottable).map { frame.x($0).rounded() }
        let path = Set(places).sorted().map {
            "M\(Path.number($0)),\(Path.number(baseline + 1))v-10"
        }
        svg.empty("path", ["class": "\(events.ink.rawValue) line", "d": path.joined()])
    }
}

extension Axis {
    /// The range of what can be drawn; nil when that is nothing.
    func extent(of values: some Sequence<Double>) -> ClosedRange<Double>? {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values where !isLogarithmic || value > 0 {
            low = min(low, value)
            high = max(high, value)
        }
        return low <= high ? low...high : nil
    }
}
