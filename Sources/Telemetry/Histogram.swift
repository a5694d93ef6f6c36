/// A log-linear histogram: values below eight have a bucket each, every octave above has eight.
///
/// A quantile is within 1/16 of the sample that it stands for. Histograms of the same quantity
/// add up, whether of CPUs, attachments or hosts.
public struct Histogram: Sendable, Equatable {
    /// Samples per bucket.
    public private(set) var counts: [UInt64]
    /// Of all samples, in the quantity's unit.
    public private(set) var sum: UInt64

    static let subBucketBits = 3

    /// An empty one.
    public init(buckets: Int) {
        counts = Array(repeating: 0, count: buckets)
        sum = 0
    }

    /// From the kernel's buckets, which have this layout.
    init(counts: [UInt64], sum: UInt64) {
        self.counts = counts
        self.sum = sum
    }

    /// How many samples there are.
    public var count: UInt64 { counts.reduce(0, &+) }

    /// In the quantity's unit; nil when there are no samples.
    public var mean: Double? {
        let count = count
        return count > 0 ? Double(sum) / Double(count) : nil
    }

    /// The value below which a share of the samples lies; nil when there are no samples.
    ///
    /// - Parameter share: 0 to 1.
    public func quantile(_ share: Double) -> Double? {
        let count = count
        guard count > 0 else { return nil }
        let rank = max(1, (share * Double(count)).rounded(.up))
        var below: UInt64 = 0
        for (bucket, samples) in counts.enumerated() {
            below &+= samples
            if Double(below) >= rank { return Self.middle(bucket) }
        }
        return nil
    }

    /// The same, with a bucket's samples taken as spread evenly over it: within 1/8, but without steps,
    /// so that small differences between samples of the same kind show.
    public func interpolatedQuantile(_ share: Double) -> Double? {
        let count = count
        guard count > 0 else { return nil }
        let rank = share * Double(count)
        var below = 0.0
        for (bucket, samples) in counts.enumerated() where samples > 0 {
            let within = (rank - below) / Double(samples)
            below += Double(samples)
            if below >= rank {
                let low = Double(Self.lowest(bucket))
                return low + max(0, within) * (Double(Self.lowest(bucket + 1)) - low)
            }
        }
        return nil
    }

    /// Samples up to each bound and above the one before, and last those above all; a bucket
    /// counts whole where its middle does.
    ///
    /// - Parameter bounds: ascending, in the quantity's unit.
    public func counts(upTo bounds: [Double]) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: bounds.count + 1)
        var index = 0
        for (bucket, samples) in counts.enumerated() {
            while index < bounds.count, Self.middle(bucket) > bounds[index] { index += 1 }
            result[index] &+= samples
        }
        return result
    }

    public static func + (left: Histogram, right: Histogram) -> Histogram {
        Histogram(
            counts: zip(left.counts, right.counts).map { $0 &+ $1 }, sum: left.sum &+ right.sum)
    }

    /// Leaves what came after an earlier state of the same histogram.
    mutating func subtract(_ earlier: Histogram) {
        for bucket in counts.indices { counts[bucket] &-= earlier.counts[bucket] }
        sum &-= earlier.sum
    }

    /// Adds the kernel's buckets of one CPU.
    mutating func add(_ bytes: UnsafeRawBufferPointer, counts offset: Int, sum sumOffset: Int) {
        for bucket in counts.indices {
            counts[bucket] &+= bytes.loadUnaligned(
                fromByteOffset: offset + bucket * 8, as: UInt64.self)
        }
        sum &+= bytes.loadUnaligned(fromByteOffset: sumOffset, as: UInt64.self)
    }

    /// The smallest value of a bucket.
    static func lowest(_ bucket: Int) -> UInt64 {
        let subBuckets = 1 << subBucketBits
        guard bucket >= subBuckets else { return UInt64(bucket) }
        let octave = bucket / subBuckets - 1
        return UInt64(subBuckets + bucket % subBuckets) << UInt64(octave)
    }

    /// Halfway to the next bucket; small values stand for themselves.
    static func middle(_ bucket: Int) -> Double {
        let low = lowest(bucket)
        let width = lowest(bucket + 1) - low
        return Double(low) + Double(width - 1) / 2
    }
}
