/// Effects with their confidence intervals, one below the other, around zero.
package struct IntervalChart: Sendable {
    package var title: String
    /// Of all effects.
    package var dimension: Dimension
    package var rows: [Row]

    package struct Row: Sendable {
        package enum Outcome: Sendable { case better, worse, equivalent, open }

        package var label: String
        package var value: Double
        package var low: Double
        package var high: Double
        /// Effects smaller than this count as none.
        package var margin: Double?
        package var outcome: Outcome
        /// The value in words.
        package var effect: String
        /// The outcome in words.
        package var verdict: String

        package init(
            _ label: String, value: Double, low: Double, high: Double, margin: Double? = nil,
            outcome: Outcome, effect: String, verdict: String
        ) {
            self.label = label
            self.value = value
            self.low = low
            self.high = high
            self.margin = margin
            self.outcome = outcome
            self.effect = effect
            self.verdict = verdict
        }
    }

    package init(_ title: String, _ dimension: Dimension, rows: [Row]) {
        self.title = title
        self.dimension = dimension
        self.rows = rows
    }

    /// Text beside the intervals where there is room, otherwise above each.
    package func svg(width: Double) -> Markup {
        let layout = Layout(width: width, rows: rows)
        let axis = Axis("", dimension, range: extent())
        let resolved = axis.resolve(nil, atMost: max(3, Int(layout.plotWidth / 64)), extends: false)
        let scale = Scale(resolved.domain, from: layout.left, to: layout.right)
        return Frame.root(width: width, height: layout.bottom + 24, label: title) { svg in
            guard !rows.isEmpty else {
                svg.element(
                    "text",
                    ["class": "muted middle", "x": Path.number(width / 2), "y": "16"],
                    text: "no data")
                return
            }
            for (index, row) in rows.enumerated() { drawMargin(row, index, layout, scale, &svg) }
            drawGrid(resolved, layout, scale, &svg)
            for (index, row) in rows.enumerated() { draw(row, index, layout, scale, &svg) }
        }
    }

    /// Around zero, as far as the intervals go. What is far beyond the others, and beyond a change
    /// by 100 %, gets an arrow at the edge: a single huge effect doesn't make all others invisible.
    private func extent() -> ClosedRange<Double> {
        let values = rows.filter { Point.isPlottable($0.value) }.flatMap { row in
            [row.value, row.low, row.high, row.margin ?? 0, -(row.margin ?? 0)]
        }.filter(Point.isPlottable)
        let sizes = rows.map(\.value.magnitude).filter(Point.isPlottable).sorted()
        let typical = sizes.isEmpty ? 0 : sizes[sizes.count / 2]
        let limit = max(3 * typical, 1)
        let low = max(values.min() ?? 0, -limit)
        let high = min(values.max() ?? 0, limit)
        let room = max((high - low) * 0.04, 1e-6)
        return min(low, 0) - room...max(high, 0) + room
    }

    private struct Layout {
        let left: Double
        let right: Double
        let top: Double
        let rowHeight: Double
        let bottom: Double
        let width: Double
        let isStacked: Bool
        let labelWidth: Double
        /// Where the effects end and the verdicts begin.
        let effect: Double
        let verdict: Double

        init(width: Double, rows: [Row]) {
            func widest(_ text: KeyPath<Row, String>) -> Double {
                rows.map { TextMetrics.width($0[keyPath: text]).rounded(.up) }.max() ?? 0
            }
            isStacked = width < 520
            self.width = width
            rowHeight = isStacked ? 40 : 28
            top = 4
            verdict = width - min(widest(\.verdict), width * (isStacked ? 0.3 : 0.2))
            effect = verdict - 10
            let effects = min(widest(\.effect), width * 0.2)
            labelWidth = isStacked ? effect - effects - 8 : min(widest(\.label), width * 0.3)
            left = isStacked ? 8 : labelWidth + 12
            right = isStacked ? width - 8 : effect - effects - 16
            bottom = top + Double(rows.count) * rowHeight
        }

        var plotWidth: Double { right - left }

        func middle(_ row: Int) -> Double {
            top + (Double(row) + (isStacked ? 0.72 : 0.5)) * rowHeight
        }

        func baseline(_ row: Int) -> Double {
            isStacked ? top + Double(row) * rowHeight + 14 : middle(row) + 4
        }
    }

    private func drawMargin(
        _ row: Row, _ index: Int, _ layout: Layout, _ scale: Scale, _ svg: inout Markup
    ) {
        guard let margin = row.margin, Point.isPlottable(margin), margin > 0 else { return }
        let left = scale(-margin)
        svg.empty(
            "rect",
            [
                "class": "shade", "x": Path.number(left),
                "y": Path.number(layout.middle(index) - (layout.isStacked ? 9 : 14)),
                "width": Path.number(scale(margin) - left),
                "height": layout.isStacked ? "18" : "28",
            ])
    }

    private func drawGrid(
        _ resolved: Axis.Resolved, _ layout: Layout, _ scale: Scale, _ svg: inout Markup
    ) {
        let span = layout.isStacked ? [] : [(layout.top, layout.bottom)]
        let rows = rows.indices.map { (layout.middle($0) - 9, layout.middle($0) + 9) }
        func strokes(_ value: Double) -> String {
            (layout.isStacked ? rows : span).map {
                "M\(Path.number(scale(value))),\(Path.number($0.0))V\(Path.number($0.1))"
            }.joined()
        }
        svg.empty(
            "path", ["class": "grid", "d": resolved.ticks.map { strokes($0.value) }.joined()])
        svg.empty("path", ["class": "base", "d": strokes(0)])
        var free = -Double.infinity
        for tick in resolved.ticks {
            let value = Digits.typographic(dimension.formatSigned(tick.value))
            let half = TextMetrics.width(value) / 2
            let place = min(max(scale(tick.value), half), layout.width - half)
            guard place - half >= free else { continue }
            svg.element(
                "text",
                [
                    "class": "muted middle", "x": Path.number(place),
                    "y": Path.number(layout.bottom + 16),
                ], text: value)
            free = place + half + 6
        }
    }

    private func draw(
        _ row: Row, _ index: Int, _ layout: Layout, _ scale: Scale, _ svg: inout Markup
    ) {
        svg.element("g", ["class": row.outcome.style]) { group in
            group.element("title", text: "\(row.label): \(row.effect), \(row.verdict)")
            group.element(
                "text", ["x": "0", "y": Path.number(layout.baseline(index))],
                text: TextMetrics.fit(row.label, into: layout.labelWidth))
            group.element(
                "text",
                [
                    "class": "end", "x": Path.number(layout.effect),
                    "y": Path.number(layout.baseline(index)),
                ], text: row.effect)
            group.element(
                "text",
                [
                    "class": "muted", "x": Path.number(layout.verdict),
                    "y": Path.number(layout.baseline(index)),
                ], text: TextMetrics.fit(row.verdict, into: layout.width - layout.verdict))
            guard [row.value, row.low, row.high].allSatisfy(Point.isPlottable) else { return }
            drawInterval(row, layout.middle(index), scale, &group)
        }
    }

    private func drawInterval(_ row: Row, _ y: Double, _ scale: Scale, _ svg: inout Markup) {
        let (low, high) = (min(row.low, row.high), max(row.low, row.high))
        var path = "M\(Path.number(scale(low))),\(Path.number(y))H\(Path.number(scale(high)))"
        // A cap where the interval ends, an arrow where it goes on beyond the edge.
        for end in [low, high] where scale.domain.contains(end) {
            path += "M\(Path.number(scale(end))),\(Path.number(y - 4))v8"
        }
        if low < scale.domain.lowerBound {
            path += "M\(Path.number(scale.start + 6)),\(Path.number(y - 4))l-6,4l6,4"
        }
        if high > scale.domain.upperBound {
            path += "M\(Path.number(scale.end - 6)),\(Path.number(y - 4))l6,4l-6,4"
        }
        svg.empty("path", ["class": "line", "d": path])
        guard scale.domain.contains(row.value) else { return }
        svg.empty(
            "path",
            [
                "class": row.outcome == .better || row.outcome == .worse ? "solid" : "hollow",
                "d": row.outcome.shape.marker(at: scale(row.value), y, size: 4.5),
            ])
    }
}

extension IntervalChart.Row.Outcome {
    fileprivate var style: String {
        switch self {
        case .better: Ink.third.rawValue
        case .worse: Ink.alert.rawValue
        case .equivalent, .open: "neutral"
        }
    }

    fileprivate var shape: Ink {
        switch self {
        case .better, .open: .first
        case .worse: .third
        case .equivalent: .second
        }
    }
}
