/// How a whole divides over time.
package struct StackedChart: Sendable {
    package var title: String
    package var x: Axis
    /// When each stretch of time begins, ascending.
    package var times: [Double]
    /// When the last one ends.
    package var end: Double
    /// From the bottom.
    package var layers: [Layer]
    /// A share to compare with, such as an even one.
    package var reference: Double?

    package struct Layer: Sendable {
        /// In the legend; nil keeps it out.
        package var name: String?
        package var ink: Ink
        /// In any unit, one per stretch; what is negative or no number counts as nothing.
        package var values: [Double]

        package init(_ name: String?, _ ink: Ink, _ values: [Double]) {
            self.name = name
            self.ink = ink
            self.values = values
        }
    }

    package init(
        _ title: String, x: Axis, times: [Double], end: Double, layers: [Layer],
        reference: Double? = nil
    ) {
        self.title = title
        self.x = x
        self.times = times
        self.end = end
        self.layers = layers
        self.reference = reference
    }

    package func svg(width: Double, plotHeight: Double) -> Markup {
        let shares = shares()
        let range = (times + [end]).filter(Point.isPlottable)
        var x = x
        x.range = x.range ?? x.extent(of: range)
        let frame = Frame(
            width: width, plotHeight: plotHeight, x: x,
            y: Axis("share", .ratio, range: 0...1), data: (nil, nil),
            legend: layers.compactMap { layer in
                layer.name.map { Frame.LegendEntry(name: $0, ink: layer.ink, swatch: .box) }
            })
        let isEmpty = shares.allSatisfy { $0.allSatisfy { $0 == 0 } }
        return frame.svg(label: title, isEmpty: isEmpty) { svg in
            var floor = times.map { _ in 0.0 }
            for (layer, shares) in zip(layers, shares) {
                let ceiling = zip(floor, shares).map { $0 + $1 }
                draw(layer, from: floor, to: ceiling, frame, &svg)
                floor = ceiling
            }
            if let reference {
                svg.empty(
                    "path",
                    [
                        "class": "reference",
                        "d": "M\(Path.number(frame.left)),\(Path.number(frame.y(reference)))"
                            + "H\(Path.number(frame.right))",
                    ])
            }
        }
    }

    /// Of each layer at each time; all zero when there is nothing to share.
    private func shares() -> [[Double]] {
        let values = layers.map { layer in
            times.indices.map { index in
                let value = index < layer.values.count ? layer.values[index] : 0
                return Point.isPlottable(value) && Point.isPlottable(times[index])
                    ? max(value, 0) : 0
            }
        }
        let totals = times.indices.map { index in values.reduce(0) { $0 + $1[index] } }
        return values.map { zip($0, totals).map { $1 > 0 ? $0 / $1 : 0 } }
    }

    private func draw(
        _ layer: Layer, from floor: [Double], to ceiling: [Double], _ frame: Frame,
        _ svg: inout Markup
    ) {
        let ends = times.dropFirst() + [end]
        func edge(_ shares: [Double]) -> [Point] {
            zip(zip(times, ends), shares).flatMap { stretch, share in
                [Point(stretch.0, share), Point(stretch.1, share)]
            }.filter(\.isPlottable)
        }
        svg.empty(
            "path",
            [
                "class": "\(layer.ink.rawValue) layer",
                "d": Path.line(edge(ceiling) + edge(floor).reversed(), frame.x, frame.y) + "z",
            ])
    }
}
