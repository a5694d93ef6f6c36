/// A colour, with a marker and a dash of its own, so that it can be told from others without colour.
package enum Ink: String, Sendable, Hashable {
    case first = "p1"
    case second = "p2"
    case third = "p3"
    case fourth = "p4"
    /// What went wrong, such as drops.
    case alert = "p5"

    /// Of lines that share a plot with other inks.
    var dashes: String? {
        switch self {
        case .first: nil
        case .second: "7 3"
        case .third: "2 2"
        case .fourth: "8 3 2 3"
        case .alert: "4 2"
        }
    }

    /// A marker's outline around a place, `size` in each direction.
    func marker(at x: Double, _ y: Double, size: Double) -> String {
        switch self {
        case .first: circle(x, y, size)
        case .second: Path.polygon([(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)], x, y, size)
        case .third: Path.polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], x, y, size)
        case .fourth, .alert: Path.polygon([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)], x, y, size)
        }
    }

    private func circle(_ x: Double, _ y: Double, _ size: Double) -> String {
        let radius = Path.number(size)
        let diameter = Path.number(2 * size)
        return "M\(Path.number(x - size)),\(Path.number(y))a\(radius),\(radius) 0 1 0 \(diameter),0"
            + "a\(radius),\(radius) 0 1 0 -\(diameter),0z"
    }
}
