/// A point of a chart.
package struct Point: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    /// Whether it can be drawn: numbers beyond any measurement would overflow on the way.
    package var isPlottable: Bool { Self.isPlottable(x) && Self.isPlottable(y) }

    package static func isPlottable(_ value: Double) -> Bool {
        value.isFinite && value.magnitude < 1e18
    }
}

/// Fewer points that draw the same picture.
package enum Downsampling {
    /// The first, lowest, highest and last point of each of so many columns: a line through them
    /// covers the same pixels, peaks included (Jugel et al., "M4", VLDB 2014).
    ///
    /// - Parameter points: by increasing x, all plottable.
    package static func minMax(
        _ points: [Point], over domain: ClosedRange<Double>, columns: Int
    ) -> [Point] {
        let span = domain.upperBound - domain.lowerBound
        guard columns > 0, span > 0, points.count > 2 else { return points }
        func column(_ point: Point) -> Int {
            let share = (point.x - domain.lowerBound) / span
            return Int(min(max(share, 0), 1) * Double(columns - 1) + 0.5)
        }
        var result: [Point] = []
        var start = 0
        while start < points.count {
            let current = column(points[start])
            var lowest = start
            var highest = start
            var end = start
            while end < points.count, column(points[end]) == current {
                if points[end].y < points[lowest].y { lowest = end }
                if points[end].y > points[highest].y { highest = end }
                end += 1
            }
            var last = -1
            for index in [start, min(lowest, highest), max(lowest, highest), end - 1]
            where index > last {
                result.append(points[index])
                last = index
            }
            start = end
        }
        return result
    }

    /// Runs of plottable points by increasing x; a line is broken where one isn't.
    static func segments(_ points: [Point]) -> [[Point]] {
        var segments = points.split { !$0.isPlottable }.map(Array.init)
        for index in segments.indices
        where zip(segments[index], segments[index].dropFirst()).contains(where: { $0.x > $1.x }) {
            segments[index].sort { $0.x < $1.x }
        }
        return segments
    }
}
