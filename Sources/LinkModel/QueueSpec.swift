/// The queue before the transmitter: how much fits, and which packets it marks or drops early.
package struct QueueSpec: Sendable, Equatable {
    package var limit: QueueLimit
    package var discipline: QueueDiscipline

    package init(
        limit: QueueLimit = .amount(.packets(1000)), discipline: QueueDiscipline = .dropTail
    ) {
        self.limit = limit
        self.discipline = discipline
    }
}

/// An amount of queue.
package enum QueueAmount: Sendable, Hashable {
    case packets(Int)
    case bytes(Int)
}

/// How much waits at most. The packet in transmission isn't counted.
package enum QueueLimit: Sendable, Equatable {
    case amount(QueueAmount)
    /// Thousandths of the link's bandwidth-delay product, which make so many bytes.
    case bdp(thousandths: Int, bytes: Int)

    package var amount: QueueAmount {
        switch self {
        case .amount(let amount): amount
        case .bdp(_, let bytes): .bytes(bytes)
        }
    }
}

/// What happens to packets before the queue is full.
package enum QueueDiscipline: Sendable, Equatable {
    case dropTail
    /// ECT packets that find this much or more waiting are marked, as in DCTCP (RFC 8257, 3.1).
    case step(QueueAmount)
    case red(REDParameters)
    case codel(CoDelParameters)
}

/// Random early detection (Floyd and Jacobson 1993), gentle: between the maximum and twice the
/// maximum the probability rises on to 1.
package struct REDParameters: Sendable, Equatable {
    /// Of the average queue; both in packets or both in bytes.
    package var minimum: QueueAmount
    package var maximum: QueueAmount
    /// max_p: at the maximum
    package var probability: Probability
    /// w_q: of a new sample in the average
    package var weight: Probability

    package init(
        minimum: QueueAmount = .packets(5), maximum: QueueAmount = .packets(15),
        probability: Probability = 0.1, weight: Probability = 0.002
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.probability = probability
        self.weight = weight
    }
}

/// CoDel (RFC 8289); both times in nanoseconds.
package struct CoDelParameters: Sendable, Equatable {
    /// The standing delay that is put up with.
    package var target: Int64
    /// The time over which a delay counts as standing; about the largest RTT.
    package var interval: Int64

    package init(target: Int64 = 5_000_000, interval: Int64 = 100_000_000) {
        self.target = target
        self.interval = interval
    }
}
