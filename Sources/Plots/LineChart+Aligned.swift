extension LineChart {
    /// Charts to be set one below the other: on one y axis from zero that holds the data of all,
    /// with x labelled at the last.
    package static func aligned(_ charts: [LineChart]) -> [LineChart] {
        let highest = charts.compactMap { chart in
            chart.y.extent(of: chart.plottable.lazy.map(\.y))?.upperBound
        }.max()
        var charts = charts
        for index in charts.indices {
            charts[index].y.covered = 0...max(highest ?? 0, 0)
            charts[index].x.isLabelled = index == charts.count - 1
        }
        return charts
    }

    /// All points that can be drawn.
    var plottable: [Point] {
        (series.flatMap(\.points) + bands.flatMap { $0.low + $0.high }).filter(\.isPlottable)
    }
}
