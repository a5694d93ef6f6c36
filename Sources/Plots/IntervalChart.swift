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
        /// The same in words, to the right.
        package var detail: String

        package init(
            _ label: String, value: Double, low: Double, high: Double, margin: Double? = nil,
            outcome: Outcome, detail: String
        ) {
            self.label = label
            self.value = value
            self.low = low
            self.high = high
            self.margin = margin
            self.outcome = outcome
            self.detail = detail
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

    /// Around zero, far enough for most intervals. What is far beyond the others gets an arrow at
    /// the edge, so that a single huge effect doesn't make all others invisible.
    private func extent() -> ClosedRange<Double> {
        let values = rows.filter { Point.isPlottable($0.value) }.flatMap { row in
            [row.value, row.low, row.high, row.margin ?? 0, -(row.margin ?? 0)]
        }.filter(Point.isPlottable)
        let sizes = rows.map(\.value.magnitude).filter(Point.isPlottable).sorted()
        let typical = sizes.isEmpty ? 0 : sizes[sizes.count / 2]
        let limit = max(3 * typical, 2 * (rows.compactMap(\.margin).max() ?? 0))
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

        init(width: Double, rows: [Row]) {
            let labels = rows.map { TextMetrics.width($0.label) }.max() ?? 0
            let details = rows.map { TextMetrics.width($0.detail) }.max() ?? 0
            isStacked = width < 520
            self.width = width
            rowHeight = isStacked ? 40 : 28
            top = 4
            left = isStacked ? 8 : min(labels, width * 0.3) + 12
            right = isStacked ? width - 8 : width - min(details, width * 0.35) - 12
            labelWidth = isStacked ? max(width - details - 12, width * 0.4) : left - 12
            bottom = top + Double(rows.count) * rowHeight
        }

        var plotWidth: Double { right - left }
        var detailWidth: Double { isStacked ? width * 0.6 : width - right - 8 }

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
            group.element("title", text: "\(row.label): \(row.detail)")
            group.element(
                "text", ["x": "0", "y": Path.number(layout.baseline(index))],
                text: TextMetrics.fit(row.label, into: layout.labelWidth))
            group.element(
                "text",
                [
                    "class": "end", "x": Path.number(layout.width),
                    "y": Path.number(layout.baseline(index)),
                ], text: TextMetrics.fit(row.detail, into: layout.detailWidth))
            guard [row.value, row.low, row.high].allSatisfy(Point.isPlottable) else { return }
            drawInterval(row, layout.middle(index), scale, &group)
        }
    }

    private func drawInterval(_ row: Row, _ y: Double, _ scale: Scale, _ svg: inout Markup) {
        let low = scale(min(row.low, row.high))
        let high = scale(max(row.low, row.high))
        var path = "M\(Path.number(low)),\(Path.number(y))H\(Path.number(high))"
        // An arrow where the interval goes on beyond the edge, a cap where it ends.
        for (place, isBeyond, inwards) in [
            (low, min(row.low, row.high) < scale.domain.lowerBound, 5.0),
            (high, max(row.low, row.high) > scale.domain.upperBound, -5.0),
        ] {
            path +=
                isBeyond
                ? "M\(Path.number(place + inwards)),\(Path.number(y - 4))"
                    + "L\(Path.number(place)),\(Path.number(y))"
                    + "L\(Path.number(place + inwards)),\(Path.number(y + 4))"
                : "M\(Path.number(place)),\(Path.number(y - 4))v8"
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
