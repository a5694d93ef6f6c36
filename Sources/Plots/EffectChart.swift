/// Effects with their confidence intervals against what was varied, and one effect of everything.
package struct EffectChart: Sendable {
    package var title: String
    package var x: Axis
    package var y: Axis
    package var groups: [Group]
    /// What no effect is: 0, or 1 for ratios.
    package var none = 0.0
    /// Across the whole chart, its interval as a band.
    package var overall: Effect?
    /// What ``overall`` is called.
    package var overallName = ""

    package struct Effect: Sendable {
        package var x: Double
        package var value: Double
        package var low: Double
        package var high: Double

        package init(_ x: Double, value: Double, low: Double, high: Double) {
            self.x = x
            self.value = value
            self.low = low
            self.high = high
        }

        fileprivate var isPlottable: Bool { [x, value, low, high].allSatisfy(Point.isPlottable) }
    }

    package struct Group: Sendable {
        package var name: String
        package var ink: Ink
        package var effects: [Effect]

        package init(_ name: String, _ ink: Ink, _ effects: [Effect]) {
            self.name = name
            self.ink = ink
            self.effects = effects
        }
    }

    package init(_ title: String, x: Axis, y: Axis, groups: [Group]) {
        self.title = title
        self.x = x
        self.y = y
        self.groups = groups
    }

    private static let overallInk = Ink.fourth

    package func svg(width: Double, plotHeight: Double) -> Markup {
        let overall = overall.flatMap { $0.isPlottable ? $0 : nil }
        let all = groups.flatMap(\.effects).filter(\.isPlottable)
        let heights = (all + [overall].compactMap { $0 }).flatMap { [$0.low, $0.high] }
        var legend = groups.map {
            Frame.LegendEntry(name: $0.name, ink: $0.ink, swatch: .marker)
        }
        if overall != nil {
            legend.append(
                Frame.LegendEntry(
                    name: overallName, ink: Self.overallInk, swatch: .line(dashed: true)))
        }
        let frame = Frame(
            width: width, plotHeight: plotHeight, x: x, y: y,
            data: (x.extent(of: all.map(\.x)), y.extent(of: heights)), legend: legend)
        return frame.svg(label: title, isEmpty: heights.isEmpty) { svg in
            let zero = Path.number(frame.y(none))
            svg.empty(
                "path",
                [
                    "class": "base",
                    "d": "M\(Path.number(frame.left)),\(zero)H\(Path.number(frame.right))",
                ])
            if let overall { draw(overall, frame, &svg) }
            for (index, group) in groups.enumerated() {
                // Side by side where they are at the same x.
                let offset = (Double(index) - Double(groups.count - 1) / 2) * 7
                draw(group, offset, frame, &svg)
            }
        }
    }

    private func draw(_ overall: Effect, _ frame: Frame, _ svg: inout Markup) {
        let (left, right) = (Path.number(frame.left), Path.number(frame.right))
        svg.element("g", ["class": Self.overallInk.rawValue]) { group in
            group.empty(
                "path",
                [
                    "class": "area",
                    "d": "M\(left),\(Path.number(frame.y(overall.low)))H\(right)"
                        + "V\(Path.number(frame.y(overall.high)))H\(left)z",
                ])
            group.empty(
                "path",
                [
                    "class": "line", "stroke-dasharray": Self.overallInk.dashes ?? "",
                    "d": "M\(left),\(Path.number(frame.y(overall.value)))H\(right)",
                ])
        }
    }

    private func draw(_ group: Group, _ offset: Double, _ frame: Frame, _ svg: inout Markup) {
        let effects = group.effects.filter(\.isPlottable)
        guard !effects.isEmpty else { return }
        var bars = ""
        var markers = ""
        for effect in effects {
            let x = frame.x(effect.x) + offset
            let (low, high) = (frame.y(effect.low), frame.y(effect.high))
            bars += "M\(Path.number(x)),\(Path.number(low))V\(Path.number(high))"
            for end in [low, high] {
                bars += "M\(Path.number(x - 3)),\(Path.number(end))h6"
            }
            markers += group.ink.marker(at: x, frame.y(effect.value), size: 4)
        }
        svg.element("g", ["class": group.ink.rawValue]) { element in
            element.empty("path", ["class": "line", "d": bars])
            element.empty("path", ["class": "solid", "d": markers])
        }
    }
}
