/// Counts of nanoseconds in log-linear buckets, 64 in each power of two: a value is known to 1/64.
package struct DelayHistogram: Sendable, Equatable {
    private static let precisionBits = 6
    private static let linear = 1 << precisionBits
    /// Enough for every non-negative Int64.
    private static let bucketCount = (63 - precisionBits + 1) * linear

    private var counts = [UInt64](repeating: 0, count: bucketCount)
    package private(set) var count: UInt64 = 0
    /// The sum of all values, for the mean; exact up to 292 years of waiting.
    package private(set) var sum: UInt64 = 0
    /// The largest value, exact; 0 when there is none.
    package private(set) var maximum: Int64 = 0

    package init() {}

    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// Negative values count as 0.
    package mutating func record(_ nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        counts[Self.bucket(of: value)] &+= 1
        count &+= 1
        sum &+= UInt64(value)
        if value > maximum { maximum = value }
    }

    package mutating func merge(_ other: DelayHistogram) {
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
        count &+= other.count
        sum &+= other.sum
        maximum = max(maximum, other.maximum)
    }

    package mutating func reset() {
        for bucket in counts.indices { counts[bucket] = 0 }
        count = 0
        sum = 0
        maximum = 0
    }

    /// The value that a share `q` of all values doesn't exceed, to 1/128; `nil` when there is none.
    package func quantile(_ q: Double) -> Int64? {
        guard count > 0 else { return nil }
        let exactRank = min(max(q, 0), 1) * Double(count)
        var rank = UInt64(exactRank)
        if Double(rank) < exactRank || rank == 0 { rank += 1 }
        var seen: UInt64 = 0
        for bucket in counts.indices {
            seen += counts[bucket]
            if seen >= rank { return min(Self.middle(of: bucket), maximum) }
        }
        return maximum
    }

    /// The filled buckets in rising order, for plots and records.
    package var buckets: [(lowest: Int64, highest: Int64, count: UInt64)] {
        counts.indices.filter { counts[$0] > 0 }.map { bucket in
            let range = Self.range(of: bucket)
            return (range.lowerBound, range.upperBound, counts[bucket])
        }
    }

    private static func bucket(of value: Int64) -> Int {
        guard value >= linear else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - precisionBits
        return shift * linear + Int(value >> Int64(shift))
    }

    private static func range(of bucket: Int) -> ClosedRange<Int64> {
        guard bucket >= 2 * linear else { return Int64(bucket)...Int64(bucket) }
        let shift = Int64(bucket / linear - 1)
        let lowest = Int64(bucket % linear + linear) << shift
        return lowest...(lowest + ((1 << shift) - 1))
    }

    private static func middle(of bucket: Int) -> Int64 {
        let range = range(of: bucket)
        return range.lowerBound + (range.upperBound - range.lowerBound) / 2
    }
}
