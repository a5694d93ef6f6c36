/// One run of a benchmark as it was measured: a line of `runs.jsonl`.
package struct RunRecord: Codable, Sendable, Equatable {
    /// In the order of execution, from 0.
    package var index: Int
    /// Runs of a block have the same seed, so the same losses, and are compared with each other.
    package var block: Int
    /// What ran: `a`, `b`, `a'` (A once more, to calibrate), or `both` where the arms share the link.
    package var treatment: String
    /// The share of the flows that are B's, 0 to 1; nil but in the `mix` design.
    package var share: Double?
    package var seed: UInt64
    /// From 1; disturbed runs are repeated.
    package var attempt: Int
    /// Seconds since 1970, UTC.
    package var started: Double
    /// What disturbed it; a run with any isn't compared.
    package var disturbances: [String]
    /// What the emulator saw; nil on a real path.
    package var link: LinkMeasurement?
    /// One per arm that ran.
    package var arms: [ArmMeasurement]
}

/// What one arm's connections got in one run, the warm-up left out.
package struct ArmMeasurement: Codable, Sendable, Equatable {
    /// `a` or `b`.
    package var arm: String
    /// By ``Metric/name``, in the metric's unit; what wasn't measured is absent.
    package var metrics: [String: Double]
    /// By name: `rtt`, `completion`, `latency` (all seconds).
    package var distributions: [String: Distribution]
}

/// A sample by its quantiles.
package struct Distribution: Codable, Sendable, Equatable {
    package var count: Int
    /// The quantiles at 0, 1, 2, … 100 %, so 101 values.
    package var percentiles: [Double]
}

/// What happened on the emulated link in one run, the warm-up left out.
package struct LinkMeasurement: Codable, Sendable, Equatable {
    package var down: Direction
    package var up: Direction
    /// Packets forwarded later than they were due: seconds.
    package var lateness: Distribution?
    /// How often the forwarding thread was kept from running for more than 5 ms, and for how long
    /// altogether: seconds.
    package var stalls: Int?
    package var stalled: Double?

    /// One direction; `down` carries the data of bulk flows.
    package struct Direction: Codable, Sendable, Equatable {
        package var packets: UInt64
        package var bytes: UInt64
        /// No room in the queue, or its management dropped them.
        package var queueDrops: UInt64
        /// Lost on the way, as the scenario says.
        package var losses: UInt64
        /// Marked CE.
        package var marks: UInt64
        /// Time that packets waited in the queue: seconds.
        package var queueingDelay: Distribution?
        /// Bytes forwarded by bytes that could have been, 0 to 1.
        package var utilisation: Double
    }
}

/// How one run went over time: a file `series/INDEX.json`.
package struct RunSeries: Codable, Sendable, Equatable {
    package var flows: [Flow]
    /// Empty on a real path.
    package var queue: [QueuePoint]

    package struct Flow: Codable, Sendable, Equatable {
        /// `a` or `b`.
        package var arm: String
        /// Counted from 0 within the arm.
        package var flow: Int
        package var points: [Point]
    }

    /// State of one connection's sender.
    package struct Point: Codable, Sendable, Equatable {
        /// Seconds since the run's traffic began.
        package var time: Double
        /// Bit/s received since the point before.
        package var goodput: Double
        /// Segments.
        package var cwnd: Double
        /// Smoothed, seconds.
        package var rtt: Double
    }

    /// The bottleneck's queue of the `down` direction.
    package struct QueuePoint: Codable, Sendable, Equatable {
        /// Seconds since the run's traffic began.
        package var time: Double
        /// Bytes, the most since the point before.
        package var bytes: Double
        /// Seconds that the last packet waited.
        package var delay: Double
        /// Since the point before.
        package var drops: Int
        /// Since the point before.
        package var marks: Int
    }

    /// Segments, over the samples of all flows, which are taken at regular times; nil without any.
    func meanCwnd(after warmUp: Double) -> Double? {
        let values = flows.flatMap { $0.points.filter { $0.time >= warmUp }.map(\.cwnd) }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
