import Glibc

/// Where 95 % of the points of a bivariate normal distribution with this sample's mean and
/// covariance lie.
package struct ConfidenceEllipse: Sendable {
    package let center: Point
    /// Of the sample, so over n - 1.
    package let covariance: (xx: Double, xy: Double, yy: Double)

    /// The 95th percentile of chi squared with two degrees of freedom, -2 ln 0.05. The half axes
    /// are sqrt(5.991 λ) for the covariance's eigenvalues λ.
    private static let quantile = 5.991464547107979

    /// Nil for fewer than three points.
    package init?(_ points: [Point]) {
        let points = points.filter(\.isPlottable)
        guard points.count >= 3 else { return nil }
        let count = Double(points.count)
        let mean = Point(
            points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        var sums = (xx: 0.0, xy: 0.0, yy: 0.0)
        for point in points {
            sums.xx += (point.x - mean.x) * (point.x - mean.x)
            sums.xy += (point.x - mean.x) * (point.y - mean.y)
            sums.yy += (point.y - mean.y) * (point.y - mean.y)
        }
        self.init(
            center: mean,
            covariance: (sums.xx / (count - 1), sums.xy / (count - 1), sums.yy / (count - 1)))
    }

    /// Of a known covariance matrix.
    package init(center: Point, covariance: (xx: Double, xy: Double, yy: Double)) {
        self.center = center
        self.covariance = covariance
    }

    /// Along its edge.
    ///
    /// The unit circle through the covariance's Cholesky factor: eigenvectors would lose the minor
    /// axis where the units of x and y are many powers of ten apart, as bit/s and seconds are.
    package func outline(_ count: Int = 72) -> [Point] {
        let (xx, xy, yy) = covariance
        let factor = Self.quantile.squareRoot()
        let x = xx.squareRoot()
        let slope = x > 0 ? xy / x : 0
        let y = max(yy - slope * slope, 0).squareRoot()
        return (0..<count).map { index in
            let turn = 2 * Double.pi * Double(index) / Double(count)
            return Point(
                center.x + factor * x * cos(turn),
                center.y + factor * (slope * cos(turn) + y * sin(turn)))
        }
    }
}
