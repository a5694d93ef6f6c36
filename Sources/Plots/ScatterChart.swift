/// Points of several groups, each with the ellipse that holds 95 % of it.
package struct ScatterChart: Sendable {
    package var title: String
    package var x: Axis
    package var y: Axis
    package var groups: [Group]
    /// Which corner is best; to the right of the x axis' label, out of the data's way.
    package var hint: String?

    package struct Group: Sendable {
        package var name: String
        package var ink: Ink
        package var points: [Point]

        package init(_ name: String, _ ink: Ink, _ points: [Point]) {
            self.name = name
            self.ink = ink
            self.points = points
        }
    }

    package init(_ title: String, x: Axis, y: Axis, groups: [Group], hint: String? = nil) {
        self.title = title
        self.x = x
        self.y = y
        self.groups = groups
        self.hint = hint
    }

    package func svg(width: Double, plotHeight: Double) -> Markup {
        let groups = groups.map { group in
            var group = group
            group.points.removeAll { !$0.isPlottable }
            return group
        }
        let ellipses = groups.map { ConfidenceEllipse($0.points)?.outline() ?? [] }
        let all = groups.flatMap(\.points) + ellipses.joined()
        let frame = Frame(
            width: width, plotHeight: plotHeight, x: x, y: y,
            data: (Self.padded(x, all.map(\.x)), Self.padded(y, all.map(\.y))),
            extendsX: true,
            legend: groups.map {
                Frame.LegendEntry(name: $0.name, ink: $0.ink, swatch: .marker)
            })
        return frame.svg(label: title, isEmpty: all.isEmpty) { svg in
            for (group, ellipse) in zip(groups, ellipses) where !group.points.isEmpty {
                svg.element("g", ["class": group.ink.rawValue]) { element in
                    draw(group, ellipse, frame, &element)
                }
            }
            if let hint {
                svg.element(
                    "text",
                    [
                        "class": "muted end", "x": Path.number(frame.right),
                        "y": Path.number(frame.titleBaseline),
                    ], text: hint)
            }
        }
    }

    /// With room for the markers at the edges, and at least a tenth of the largest value, so that
    /// next to no difference looks like that.
    private static func padded(_ axis: Axis, _ values: [Double]) -> ClosedRange<Double>? {
        guard let range = axis.extent(of: values), !axis.isLogarithmic else {
            return axis.extent(of: values)
        }
        let extent = range.upperBound - range.lowerBound
        let largest = max(range.lowerBound.magnitude, range.upperBound.magnitude)
        let room = max(extent * 0.03, (largest * 0.1 - extent) / 2)
        return range.lowerBound - room...range.upperBound + room
    }

    private func draw(
        _ group: Group, _ ellipse: [Point], _ frame: Frame, _ svg: inout Markup
    ) {
        if !ellipse.isEmpty {
            let path = Path.line(ellipse, frame.x, frame.y) + "z"
            svg.empty("path", ["class": "area", "d": path])
            svg.empty("path", ["class": "line thin", "d": path])
        }
        let dots = group.points.map {
            group.ink.marker(at: frame.x($0.x), frame.y($0.y), size: 3)
        }
        svg.empty("path", ["class": "dot", "d": dots.joined()])
        let count = Double(group.points.count)
        svg.empty(
            "path",
            [
                "class": "hollow",
                "d": group.ink.marker(
                    at: frame.x(group.points.reduce(0) { $0 + $1.x / count }),
                    frame.y(group.points.reduce(0) { $0 + $1.y / count }), size: 5),
            ])
    }
}
