/// What a file of a result directory says. Reports take numbers as they are: those that nobody can
/// have measured are refused where they are read.
protocol Plausible {
    /// Whether it can have been measured.
    var isPlausible: Bool { get }
}

extension Manifest: Plausible {
    var isPlausible: Bool {
        duration.isTime && warmUp.isTime && (0...1e12).contains(started)
            && (0...1_000_000).contains(repeats) && margins.values.allSatisfy { $0.isMeasure }
    }
}

extension RunRecord: Plausible {
    var isPlausible: Bool {
        started.isMeasure && (share.map { (0...1).contains($0) } ?? true)
            && (link.map { $0.down.isPlausible && $0.up.isPlausible } ?? true)
            && (link?.lateness?.isPlausible ?? true)
            && (link?.stalled?.isMeasure ?? true)
            && arms.allSatisfy { arm in
                arm.metrics.values.allSatisfy { $0.isMeasure }
                    && arm.distributions.values.allSatisfy { $0.isPlausible }
            }
    }
}

extension RunSeries: Plausible {
    var isPlausible: Bool {
        flows.allSatisfy { flow in
            flow.points.allSatisfy {
                $0.time.isTime && $0.goodput.isMeasure && $0.cwnd.isMeasure && $0.rtt.isMeasure
            } && Self.isAscending(flow.points.map(\.time))
        }
            && queue.allSatisfy {
                $0.time.isTime && $0.bytes.isMeasure && $0.delay.isMeasure
            } && Self.isAscending(queue.map(\.time))
    }

    private static func isAscending(_ times: [Double]) -> Bool {
        zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    }
}

extension Distribution {
    fileprivate var isPlausible: Bool {
        count >= 0 && percentiles.count == 101 && percentiles.allSatisfy { $0.isMeasure }
    }
}

extension LinkMeasurement.Direction {
    fileprivate var isPlausible: Bool {
        utilisation.isMeasure && (queueingDelay?.isPlausible ?? true)
    }
}

extension Double {
    /// Seconds of a run, which are no more than two days.
    fileprivate var isTime: Bool { (0...172_800).contains(self) }

    /// Whatever is measured, in units from bytes to bit/s.
    fileprivate var isMeasure: Bool { magnitude < 1e18 }
}
