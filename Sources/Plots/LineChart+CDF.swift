extension LineChart {
    /// One curve of a chart of cumulative distributions.
    package struct Curve: Sendable {
        package var name: String
        package var ink: Ink
        /// The quantiles at equal steps from 0 to 100 %.
        package var quantiles: [Double]
        /// The quantiles' range over several samples, such as runs.
        package var spread: (low: [Double], high: [Double])?

        package init(
            _ name: String, _ ink: Ink, _ quantiles: [Double],
            spread: (low: [Double], high: [Double])? = nil
        ) {
            self.name = name
            self.ink = ink
            self.quantiles = quantiles
            self.spread = spread
        }
    }

    /// Cumulative distributions: the share of the samples up to each x.
    package static func cdf(_ title: String, x: Axis, _ curves: [Curve]) -> LineChart {
        func points(_ quantiles: [Double]) -> [Point] {
            quantiles.enumerated().map { index, value in
                // What is zero lies at a logarithmic axis' edge, not nowhere.
                Point(value, Double(index) / Double(max(quantiles.count - 1, 1)))
            }
        }
        var chart = LineChart(
            title, x: x, y: Axis("share", .ratio, range: 0...1),
            series: curves.map { Series($0.name, $0.ink, .line, points($0.quantiles)) })
        chart.bands = curves.compactMap { curve in
            curve.spread.map { Band(curve.ink, low: points($0.low), high: points($0.high)) }
        }
        return chart
    }
}
