import LinkModel

/// One direction at run time: the model, and the segments that it has given out and that aren't
/// written yet.
///
/// A class, so that the model can give out packets into the rest of it.
final class Lane {
    /// Consecutive segments of one frame with the same fate.
    private struct Run {
        var frame = 0
        var first = 0
        var count = 0
        var isMarked = false
        var isCopy = false
    }

    private(set) var model: LinkDirection
    private let pool: FramePool
    private let descriptors: [CInt]
    private let clock: LinkClock
    private var writer = SegmentWriter()
    private var run = Run()
    /// When the segments of the run are due.
    private let dues = UnsafeMutablePointer<Int64>.allocate(
        capacity: FramePool.maximumSegments)
    private var number: UInt64 = 0
    private var decisions: [PacketDecision]?

    /// How late packets were written, after they were due.
    private(set) var lateness = DelayHistogram()
    private var before = LinkCounters()

    init(
        _ model: LinkDirection, pool: FramePool, descriptors: [CInt], clock: LinkClock,
        recordsDecisions: Bool
    ) {
        self.model = model
        self.pool = pool
        self.descriptors = descriptors
        self.clock = clock
        decisions = recordsDecisions ? [] : nil
    }

    deinit {
        dues.deallocate()
    }

    /// Offers every segment of a frame to the model.
    func offer(_ number: Int, _ headers: PacketHeaders, extraDelay: Int64, at now: Int64) {
        let segments = pool.frames[number].segments
        pool.frames[number].pending = segments
        if !headers.isExempt {
            pool.frames[number].firstNumber = self.number + 1
            self.number += UInt64(segments)
        } else {
            pool.frames[number].firstNumber = 0
        }
        for segment in 0..<segments {
            model.offer(
                LinkDirection.Packet(
                    token: FramePool.token(frame: number, segment: segment),
                    bytes: Int32(truncatingIfNeeded: pool.frames[number].wireLength(segment)),
                    isECT: headers.ecn != 0, isExempt: headers.isExempt, extraDelay: extraDelay),
                at: now)
        }
    }

    /// Writes what is due.
    func deliver(_ now: Int64) {
        model.advance(to: now) { output in
            switch output {
            case .deliver(let token, let due, let isMarked, let isCopy):
                take(token, due: due, isMarked: isMarked, isCopy: isCopy)
            case .drop(let token, let reason):
                record(token, .dropped(reason))
                release(FramePool.frame(of: token), 1)
            }
        }
        flush()
    }

    /// Starts the counting again.
    func mark() {
        before = model.counters
        model.queueingDelay.reset()
        lateness.reset()
    }

    /// When the model has something to give out.
    var nextEvent: Int64? { model.nextEvent }

    func takeSample() -> QueueSample {
        model.takeSample()
    }

    var report: EmulatorReport.Direction {
        EmulatorReport.Direction(
            counters: model.counters.since(before), queueingDelay: model.queueingDelay,
            lateness: lateness, decisions: decisions)
    }

    /// Packets that the kernel didn't take, and the last reason.
    var failures: (count: UInt64, errno: CInt) { (writer.failures, writer.lastErrno) }

    private func take(_ token: Int32, due: Int64, isMarked: Bool, isCopy: Bool) {
        let frame = FramePool.frame(of: token)
        let segment = FramePool.segment(of: token)
        // The kernel counts a marked frame as one packet: those go out one by one.
        let continues =
            run.count > 0 && run.frame == frame && run.first + run.count == segment
            && !isMarked && !run.isMarked && isCopy == run.isCopy
        if !continues {
            flush()
            run = Run(frame: frame, first: segment, isMarked: isMarked, isCopy: isCopy)
        }
        if isMarked && !isCopy { record(token, .marked) }
        dues[run.count] = due
        run.count += 1
    }

    private func flush() {
        guard run.count > 0 else { return }
        let frame = pool.frames + run.frame
        let now = clock.now()
        writer.write(
            frame.pointee, first: run.first, count: run.count, isMarked: run.isMarked,
            to: descriptors[frame.pointee.destination])
        for place in 0..<run.count { lateness.record(now - dues[place]) }
        // The copy comes first: the frame is still needed.
        if !run.isCopy { release(run.frame, run.count) }
        run.count = 0
    }

    private func release(_ frame: Int, _ segments: Int) {
        pool.frames[frame].pending -= segments
        if pool.frames[frame].pending == 0 { pool.release(frame) }
    }

    private func record(_ token: Int32, _ fate: PacketDecision.Fate) {
        guard decisions != nil else { return }
        let first = pool.frames[FramePool.frame(of: token)].firstNumber
        decisions?.append(
            PacketDecision(number: first + UInt64(FramePool.segment(of: token)), fate: fate))
    }
}

/// The link's time: nanoseconds since its start.
struct LinkClock: Sendable {
    private let start: UInt64
    private let monotonic: @Sendable () -> UInt64

    init(_ monotonic: @escaping @Sendable () -> UInt64) {
        self.monotonic = monotonic
        start = monotonic()
    }

    func now() -> Int64 {
        Int64(bitPattern: monotonic() &- start)
    }
}

extension LinkCounters {
    /// What was counted after `before`.
    func since(_ before: LinkCounters) -> LinkCounters {
        var difference = LinkCounters()
        for counter: WritableKeyPath<LinkCounters, UInt64> in [
            \.offeredPackets, \.offeredBytes, \.forwardedPackets, \.forwardedBytes, \.queueDrops,
            \.aqmDrops, \.losses, \.marks, \.duplicates, \.reordered,
        ] {
            difference[keyPath: counter] = self[keyPath: counter] - before[keyPath: counter]
        }
        return difference
    }
}
