/// Random early detection at the tail of a queue (Floyd and Jacobson 1993), gentle.
struct RED: Sendable {
    private let minimum: Double
    private let maximum: Double
    private let maximumProbability: Double
    private let weight: Double
    private let countsBytes: Bool
    /// Of a typical packet, in nanoseconds: how many could have been sent while idle.
    private let transmissionTime: Double

    private(set) var average = 0.0
    /// Packets since the last mark or drop; -1 when the average is below the minimum.
    private var count = -1

    init(_ parameters: REDParameters, bitsPerSecond: Double?) {
        (minimum, countsBytes) =
            switch parameters.minimum {
            case .packets(let packets): (Double(packets), false)
            case .bytes(let bytes): (Double(bytes), true)
            }
        switch parameters.maximum {
        case .packets(let amount), .bytes(let amount): maximum = Double(amount)
        }
        maximumProbability = parameters.probability.value
        weight = parameters.weight.value
        transmissionTime = bitsPerSecond.map { 1500 * 8e9 / $0 } ?? 0
    }

    /// For a packet that finds this queue. `idleTime`: since the transmitter had nothing to send.
    mutating func verdict(
        queuePackets: Int, queueBytes: Int, idleTime: Int64, isECT: Bool, random: Double
    ) -> QueueVerdict {
        let current = Double(countsBytes ? queueBytes : queuePackets)
        if current == 0, idleTime > 0 {
            average =
                transmissionTime > 0
                ? average * power(1 - weight, Double(idleTime) / transmissionTime) : 0
        } else {
            average += weight * (current - average)
        }
        guard average >= minimum else {
            count = -1
            return .pass
        }
        guard average < 2 * maximum else {
            count = 0
            return .drop
        }
        count += 1
        let base =
            average < maximum
            ? maximumProbability * (average - minimum) / (maximum - minimum)
            : maximumProbability + (1 - maximumProbability) * (average - maximum) / maximum
        // Spreads the marks evenly: uniform rather than geometric gaps (section 7).
        let remaining = 1 - Double(count) * base
        guard remaining <= base || random * remaining < base else { return .pass }
        count = 0
        return isECT ? .mark : .drop
    }

    /// For whole numbers of packets, by squaring: there is no `pow` without the C library.
    private func power(_ base: Double, _ exponent: Double) -> Double {
        guard exponent < 1e9 else { return 0 }
        var (result, factor, rest) = (1.0, base, Int(exponent))
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
