/// A link's two directions: `down` carries the data of bulk flows (from the left hosts to the right
/// ones), `up` the acknowledgements.
package struct LinkSpec: Sendable, Equatable {
    package var down: DirectionSpec
    package var up: DirectionSpec

    package init(down: DirectionSpec, up: DirectionSpec) {
        self.down = down
        self.up = up
    }

    /// Of an otherwise idle link at its start, without transmission times; in nanoseconds.
    package var baseRTT: Int64 { down.delay + up.delay }
}

/// One direction of a link.
package struct DirectionSpec: Sendable, Equatable {
    package var rate: RateSpec
    /// One-way, in nanoseconds.
    package var delay: Int64
    package var jitter: JitterSpec?
    package var queue: QueueSpec
    package var loss: LossSpec
    package var reorder: ReorderSpec?
    package var duplicate: Probability
    /// In the order of their times.
    package var steps: [LinkStep]

    package init(
        rate: RateSpec = .unlimited, delay: Int64 = 0, jitter: JitterSpec? = nil,
        queue: QueueSpec = QueueSpec(), loss: LossSpec = .none, reorder: ReorderSpec? = nil,
        duplicate: Probability = .zero, steps: [LinkStep] = []
    ) {
        self.rate = rate
        self.delay = delay
        self.jitter = jitter
        self.queue = queue
        self.loss = loss
        self.reorder = reorder
        self.duplicate = duplicate
        self.steps = steps
    }
}

/// How fast a direction sends.
package enum RateSpec: Sendable, Equatable {
    case unlimited
    case constant(bitsPerSecond: Int64)
    /// At a recorded link's opportunities.
    case trace(Trace)

    /// A trace's is its mean; `nil` when unlimited.
    package var bitsPerSecond: Double? {
        switch self {
        case .unlimited: nil
        case .constant(let bitsPerSecond): Double(bitsPerSecond)
        case .trace(let trace): trace.meanBitsPerSecond
        }
    }
}

/// Each packet's delay is moved by a uniform random amount.
package struct JitterSpec: Sendable, Equatable {
    /// At most, both ways, in nanoseconds; not more than the delay.
    package var amplitude: Int64
    /// A packet waits for those before it, rather than overtake them.
    package var keepsOrder: Bool

    package init(amplitude: Int64, keepsOrder: Bool = true) {
        self.amplitude = amplitude
        self.keepsOrder = keepsOrder
    }
}

/// Some packets take a shorter way, and so overtake those before them.
package struct ReorderSpec: Sendable, Equatable {
    package var probability: Probability
    /// By how much a packet's delay is shorter, in nanoseconds; at most to no delay.
    package var lead: Int64

    package init(probability: Probability, lead: Int64) {
        self.probability = probability
        self.lead = lead
    }
}

/// A change of a direction at a time.
package struct LinkStep: Sendable, Equatable {
    package enum Change: Sendable, Equatable {
        /// In bits per second. A direction with a trace has no such step.
        case rate(Int64)
        /// One-way, in nanoseconds.
        case delay(Int64)
        case loss(LossSpec)
    }

    /// In nanoseconds since the link's start.
    package var time: Int64
    package var change: Change

    package init(time: Int64, change: Change) {
        self.time = time
        self.change = change
    }
}

/// Which packets get lost on the way to the queue. Packets are numbered from 1 in each direction.
package enum LossSpec: Sendable, Equatable {
    case none
    /// Each with the same probability, independently.
    case random(Probability)
    case gilbertElliott(GilbertElliott)
    /// The packets n, 2n, 3n ...
    case everyNth(Int)
    /// The packets of these numbers, in rising order.
    case scripted([Int])
}

/// A channel with a good and a bad state (Gilbert 1960, Elliott 1963). A packet is lost with the
/// probability of the state that it finds; then the state may change. The first packet finds it good.
package struct GilbertElliott: Sendable, Equatable {
    /// p: from good to bad, per packet
    package var toBad: Probability
    /// r: from bad to good, per packet
    package var toGood: Probability
    /// 1-h
    package var lossWhenBad: Probability
    /// 1-k
    package var lossWhenGood: Probability

    package init(
        toBad: Probability, toGood: Probability, lossWhenBad: Probability = .one,
        lossWhenGood: Probability = .zero
    ) {
        self.toBad = toBad
        self.toGood = toGood
        self.lossWhenBad = lossWhenBad
        self.lossWhenGood = lossWhenGood
    }
}

extension LinkStep {
    /// The canonical order of changes at the same time.
    var rank: Int {
        switch change {
        case .rate: 0
        case .delay: 1
        case .loss: 2
        }
    }

    var isRate: Bool { rank == 0 }
    var isDelay: Bool { rank == 1 }
    var isLoss: Bool { rank == 2 }
}
