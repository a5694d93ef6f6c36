import Glibc
import Testing

@testable import Plots

@Suite struct GeometryTests {
    @Test func downsamplingKeepsExtremes() {
        var points = (0..<100_000).map { Point(Double($0), sin(Double($0) / 700)) }
        points[54_321].y = 9
        points[12_345].y = -7
        let reduced = Downsampling.minMax(points, over: 0...99_999, columns: 500)
        #expect(reduced.count <= 2000)
        #expect(reduced.contains(points[54_321]) && reduced.contains(points[12_345]))
        #expect(reduced.first == points.first && reduced.last == points.last)
        #expect(zip(reduced, reduced.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    /// Every column keeps its own lowest and highest, not just the whole its two.
    @Test func downsamplingKeepsEachColumnsExtremes() {
        let points = (0..<10_000).map { Point(Double($0), Double(($0 &* 7919) % 1009)) }
        let reduced = Downsampling.minMax(points, over: 0...9999, columns: 101)
        for column in 1..<100 {
            let range = Double(column) * 99.99 - 49.99...Double(column) * 99.99 + 49.99
            let all = points.filter { range.contains($0.x) }.map(\.y)
            let kept = reduced.filter { range.contains($0.x) }.map(\.y)
            #expect(all.max() == kept.max() && all.min() == kept.min())
        }
    }

    @Test func downsamplingLeavesFewPointsAlone() {
        let points = (0..<50).map { Point(Double($0), Double($0 * $0)) }
        #expect(Downsampling.minMax(points, over: 0...49, columns: 200) == points)
        #expect(Downsampling.minMax([], over: 0...1, columns: 10).isEmpty)
    }

    /// [[3, 1], [1, 3]] has the eigenvalues 4 and 2, along the diagonals.
    @Test func ellipseHasTheAxesOfTheCovariance() throws {
        let ellipse = ConfidenceEllipse(center: Point(10, -5), covariance: (3, 1, 3))
        let outline = ellipse.outline(7200)
        let distances = outline.map { hypot($0.x - 10, $0.y + 5) }
        let longest = try #require(distances.max())
        let shortest = try #require(distances.min())
        #expect(abs(longest - sqrt(5.991464547 * 4)) < 1e-4)
        #expect(abs(shortest - sqrt(5.991464547 * 2)) < 1e-4)
        let tip = outline[try #require(distances.firstIndex(of: longest))]
        #expect(abs((tip.y + 5) / (tip.x - 10) - 1) < 0.01)
    }

    @Test func ellipseFollowsTheSample() throws {
        // Variances 5/3 and 20/3, covariance 10/3: on a line, so the minor axis is zero.
        let points = [Point(0, 0), Point(1, 2), Point(2, 4), Point(3, 6)]
        let ellipse = try #require(ConfidenceEllipse(points))
        #expect(ellipse.center == Point(1.5, 3))
        #expect(abs(ellipse.covariance.xx - 5.0 / 3) < 1e-12)
        #expect(abs(ellipse.covariance.xy - 10.0 / 3) < 1e-12)
        for point in ellipse.outline() { #expect(abs(point.y - 2 * point.x) < 1e-6) }
        #expect(ConfidenceEllipse(Array(points.prefix(2))) == nil)
    }

    /// Seconds and bit/s are eleven powers of ten apart.
    @Test func ellipseKeepsItsMinorAxisInAnyUnits() throws {
        let ellipse = ConfidenceEllipse(center: Point(0, 0), covariance: (1e-6, 0, 1e12))
        let outline = ellipse.outline(360)
        let width = try #require(outline.map(\.x).max())
        let height = try #require(outline.map(\.y).max())
        #expect(abs(width / (sqrt(5.991464547) * 1e-3) - 1) < 1e-6)
        #expect(abs(height / (sqrt(5.991464547) * 1e6) - 1) < 1e-6)
    }
}
