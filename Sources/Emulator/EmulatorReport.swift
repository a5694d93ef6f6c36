import LinkModel

/// What an emulated network did between its mark, or its start, and its end.
package struct EmulatorReport: Sendable {
    package struct Direction: Sendable {
        package var counters: LinkCounters
        /// How long packets waited in the bottleneck's queue.
        package var queueingDelay: DelayHistogram
        /// How much later than due packets were written: the emulator's own error.
        package var lateness: DelayHistogram
        /// From the start on, when the network records them.
        package var decisions: [PacketDecision]?
    }

    package var down: Direction
    package var up: Direction
    /// From the link's start to the mark, in nanoseconds; 0 without a mark.
    package var markTime: Int64
    /// What the figures cover, in nanoseconds.
    package var duration: Int64
    /// Of the down queue, from the start on.
    package var queueSamples: [QueuePoint]
    /// Of the forwarding thread.
    package var cpuSeconds: Double
    /// How often the forwarding thread was kept from running for more than 5 ms, for how long
    /// altogether, and the longest.
    package var stalls: Int
    package var stalled: Int64
    package var longestStall: Int64
    /// Packets that the kernel dropped because they weren't read in time, from the start on.
    package var txDropped: UInt64
    /// Whether the thread could be put under SCHED_FIFO.
    package var isRealTime: Bool
    /// Why the run is void; empty: it isn't.
    package var disturbances: [String]

    /// Whether stalls void a run: when they take more than two thousandths of it, a fifth of what the
    /// finest figures, p99, look at; or when one is as long as a round trip.
    static func isTooMuch(stalled: Int64, longest: Int64, of duration: Int64) -> Bool {
        stalled > duration / 500 || longest > 50_000_000
    }

    /// Both directions' lateness.
    package var lateness: DelayHistogram {
        var both = down.lateness
        both.merge(up.lateness)
        return both
    }
}

/// What the model decided about a packet, other than to pass it on.
package struct PacketDecision: Sendable, Hashable {
    package enum Fate: Sendable, Hashable {
        case dropped(DropReason)
        case marked
    }

    /// In the order of arrival in its direction, from 1; exempt packets are not counted.
    package var number: UInt64
    package var fate: Fate
}

/// The queue over a time.
package struct QueuePoint: Sendable, Hashable {
    /// The end of the time, in nanoseconds since the link's start.
    package var time: Int64
    /// The most that waited.
    package var maximumBytes: Int
    /// How long the last packet that left had waited, in nanoseconds; the longest of merged points.
    package var waitingTime: Int64
    package var drops: UInt64
    package var marks: UInt64
}

/// The queue's samples in bounded memory: when it is full, neighbours are merged, and from then on a
/// point covers twice the time.
struct QueueRecorder {
    static let maximumPoints = 4_096

    private(set) var points: [QueuePoint] = []
    private(set) var nextTime: Int64
    private var step: Int64

    /// - Parameter step: nanoseconds, at least 1
    init(step: Int64) {
        self.step = step
        nextTime = step
        points.reserveCapacity(Self.maximumPoints)
    }

    mutating func add(_ sample: QueueSample, at now: Int64) {
        if points.count == Self.maximumPoints { halve() }
        points.append(
            QueuePoint(
                time: now, maximumBytes: sample.maximumBytes, waitingTime: sample.waitingTime,
                drops: sample.drops, marks: sample.marks))
        nextTime = (now / step + 1) * step
    }

    private mutating func halve() {
        for place in 0..<(points.count / 2) {
            var merged = points[2 * place + 1]
            let first = points[2 * place]
            merged.maximumBytes = max(merged.maximumBytes, first.maximumBytes)
            merged.waitingTime = max(merged.waitingTime, first.waitingTime)
            merged.drops += first.drops
            merged.marks += first.marks
            points[place] = merged
        }
        points.removeLast(points.count / 2)
        step *= 2
    }
}
