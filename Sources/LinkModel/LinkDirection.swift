/// One direction of a link at run time: packets and a clock in, departures out.
///
/// A packet goes through the loss model, the queue, the transmitter and the delay, in this order.
/// All times are nanoseconds since the link's start, and what happens depends on them alone, not on
/// how often or how late it is asked: a packet's times are computed from the times before, so that
/// lateness never adds up. At equal times departures come before arrivals.
package struct LinkDirection: Sendable {
    package struct Packet: Sendable {
        /// The caller's name for it.
        package var token: Int32
        /// The length of the IP packet, which is what rate and queue count; at least 1.
        package var bytes: Int32
        package var isECT: Bool
        /// Neighbour discovery and the like: delayed, but past queue and loss, and not counted.
        package var isExempt: Bool
        /// The hosts' own access delay after the bottleneck, in nanoseconds.
        package var extraDelay: Int64

        package init(
            token: Int32, bytes: Int32, isECT: Bool = false, isExempt: Bool = false,
            extraDelay: Int64 = 0
        ) {
            self.token = token
            self.bytes = bytes
            self.isECT = isECT
            self.isExempt = isExempt
            self.extraDelay = extraDelay
        }
    }

    package enum Output: Sendable, Hashable {
        /// Of a packet that is delivered twice the copy comes first: a copy's token comes once more.
        /// A marked packet gets the congestion experienced codepoint.
        case deliver(token: Int32, due: Int64, isMarked: Bool, isCopy: Bool)
        case drop(token: Int32, reason: DropReason)
    }

    struct Drop: BitwiseCopyable, Sendable {
        var time: Int64
        var token: Int32
        var reason: DropReason
    }

    let decisions: Decisions
    var now: Int64 = 0
    /// Of the last packet; the first has number 1.
    var number: UInt64 = 0
    var loss: LossProcess
    var lossSteps: ArraySlice<LinkStep>
    /// Of rate and delay, which apply to the packets that begin to be sent after them.
    var wireSteps: ArraySlice<LinkStep>

    let limit: QueueAmount
    var queue = RingBuffer<QueuedPacket>(
        filler: QueuedPacket(
            number: 0, arrival: 0, extraDelay: 0, token: 0, bytes: 0, isECT: false, isMarked: false)
    )
    var discipline: Discipline

    var clock: TransmissionClock
    var trace: TraceTransmitter?
    var propagation: Propagation
    var drops = RingBuffer<Drop>(filler: Drop(time: 0, token: 0, reason: .loss))

    var maximumBytes = 0
    var waitingTime: Int64 = 0
    var sampled = LinkCounters()

    /// When `advance` has something to give out: at most a lower bound while packets wait, `nil`
    /// when there is nothing in the direction. What CoDel drops doesn't count: it comes along with
    /// the next delivery.
    package internal(set) var nextEvent: Int64?
    package internal(set) var counters = LinkCounters()
    /// What waits; not what is being sent.
    package internal(set) var queueBytes = 0
    package var queuePackets: Int { queue.count }
    /// How long packets waited until their first byte was sent.
    package var queueingDelay = DelayHistogram()

    /// Directions with the same seed and different streams decide independently.
    package init(_ spec: DirectionSpec, seed: UInt64, stream: UInt64) {
        decisions = Decisions(seed: seed, stream: stream)
        loss = LossProcess(spec.loss)
        lossSteps = spec.steps.filter { $0.isLoss }[...]
        wireSteps = spec.steps.filter { !$0.isLoss }[...]
        limit = spec.queue.limit.amount
        discipline = Discipline(spec.queue.discipline, bitsPerSecond: spec.rate.bitsPerSecond)
        propagation = Propagation(spec)
        switch spec.rate {
        case .unlimited: clock = TransmissionClock(bitsPerSecond: nil)
        case .constant(let bitsPerSecond): clock = TransmissionClock(bitsPerSecond: bitsPerSecond)
        case .trace(let recorded):
            clock = TransmissionClock(bitsPerSecond: nil)
            trace = TraceTransmitter(recorded)
        }
    }

    /// Takes a packet that arrives at `now`; a time before the latest one counts as that.
    package mutating func offer(_ packet: Packet, at now: Int64) {
        proceed(to: now)
        accept(packet)
        updateNextEvent()
    }

    private mutating func accept(_ packet: Packet) {
        guard !packet.isExempt else { return propagation.send(exempt: packet, at: self.now) }
        number &+= 1
        counters.offeredPackets &+= 1
        counters.offeredBytes &+= UInt64(packet.bytes)
        while let step = lossSteps.first, step.time <= self.now {
            if case .loss(let spec) = step.change { loss = LossProcess(spec) }
            lossSteps.removeFirst()
        }
        guard !loss.loses(number, decisions) else {
            counters.losses &+= 1
            return drop(packet.token, .loss, at: self.now)
        }
        enqueue(packet)
    }

    /// Gives out everything due by `now`, in the order of time.
    package mutating func advance(to now: Int64, _ body: (Output) -> Void) {
        proceed(to: now)
        while true {
            let due = propagation.line.nextDue
            if !drops.isEmpty, drops.first.time <= min(due, self.now) {
                let drop = drops.removeFirst()
                body(.drop(token: drop.token, reason: drop.reason))
            } else if due <= self.now {
                let entry = propagation.line.removeFirst()
                if !entry.isCopy, !entry.isExempt {
                    counters.forwardedPackets &+= 1
                    counters.forwardedBytes &+= UInt64(entry.bytes)
                }
                body(
                    .deliver(
                        token: entry.token, due: due, isMarked: entry.isMarked,
                        isCopy: entry.isCopy))
            } else {
                break
            }
        }
        updateNextEvent()
    }

    /// What the queue did since the last call.
    package mutating func takeSample() -> QueueSample {
        let drops = counters.queueDrops + counters.aqmDrops
        let sample = QueueSample(
            maximumBytes: maximumBytes, waitingTime: waitingTime,
            drops: drops - sampled.queueDrops - sampled.aqmDrops,
            marks: counters.marks - sampled.marks)
        sampled = counters
        maximumBytes = queueBytes
        if queue.isEmpty { waitingTime = 0 }
        return sample
    }
}
