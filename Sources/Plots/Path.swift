/// The `d` attribute of an SVG path.
enum Path {
    /// In tenths of a pixel: finer can't be seen, and shorter is smaller.
    static func number(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e9 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, fraction) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return fraction == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }

    static func line(_ points: [Point], _ x: Scale, _ y: Scale) -> String {
        var path = ""
        for (index, point) in points.enumerated() {
            path += index == 0 ? "M" : "L"
            path += "\(number(x(point.x))),\(number(y(point.y)))"
        }
        return path
    }

    /// A line that holds each point's y until the next point's x.
    static func steps(_ points: [Point], _ x: Scale, _ y: Scale) -> String {
        guard let first = points.first else { return "" }
        var path = "M\(number(x(first.x))),\(number(y(first.y)))"
        for point in points.dropFirst() {
            path += "H\(number(x(point.x)))V\(number(y(point.y)))"
        }
        return path
    }

    static func polygon(
        _ corners: [(Double, Double)], _ x: Double, _ y: Double, _ size: Double
    ) -> String {
        corners.enumerated().map { index, corner in
            "\(index == 0 ? "M" : "L")\(number(x + corner.0 * size)),\(number(y + corner.1 * size))"
        }.joined() + "z"
    }
}
