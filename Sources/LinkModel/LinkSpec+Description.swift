extension LinkSpec: CustomStringConvertible {
    /// Reads `50Mbit rtt 40ms buffer 1bdp loss 0.1%` and the like; `docs/links.md` has every word.
    ///
    /// `traces` gives a trace file's bytes by name.
    package static func parse(
        _ text: String, traces: (String) throws -> [UInt8]
    ) throws(LinkSpecError) -> LinkSpec {
        var parser = LinkSpecParser(text)
        try parser.parse()
        return try parser.resolve(traces: traces)
    }

    /// Canonical text that parses to the same.
    package var description: String {
        // Steps of the delay would be taken over by an up section without a delay of its own.
        let isSymmetric =
            (0...1).contains(down.delay - up.delay) && !down.steps.contains(where: \.isDelay)
        let usesRTT = isSymmetric || up == inheritedUp
        let rtt = baseRTT == 0 ? "" : "rtt \(LinkQuantity.rtt.format(baseRTT))"
        let first = down.clauses(
            delay: usesRTT ? rtt : "delay \(LinkQuantity.delay.format(down.delay))",
            defaultLimit: QueueSpec().limit)
        guard up != inheritedUp else { return first }
        let second = up.clauses(
            delay: usesRTT ? "" : "delay \(LinkQuantity.delay.format(up.delay))",
            defaultLimit: LinkSpecParser.ampleLimit)
        return "\(first) up \(second)"
    }

    /// The up direction of a link whose text has no `up`.
    private var inheritedUp: DirectionSpec {
        DirectionSpec(
            rate: down.rate, delay: baseRTT / 2,
            queue: QueueSpec(limit: LinkSpecParser.ampleLimit),
            steps: down.steps.filter { !$0.isLoss })
    }
}

extension DirectionSpec {
    fileprivate func clauses(delay: String, defaultLimit: QueueLimit) -> String {
        var clauses = [rate.clause, delay]
        if let jitter {
            let amplitude = LinkQuantity.delay.format(jitter.amplitude)
            clauses.append("jitter \(amplitude)\(jitter.keepsOrder ? "" : " unordered")")
        }
        if queue.limit != defaultLimit { clauses.append("buffer \(queue.limit.clause)") }
        clauses.append(queue.discipline.clause)
        if loss != .none { clauses.append(loss.clause) }
        if let reorder {
            let lead = LinkQuantity.delay.format(reorder.lead)
            clauses.append("reorder \(reorder.probability.clause) by \(lead)")
        }
        if duplicate != .zero { clauses.append("duplicate \(duplicate.clause)") }
        var time: Int64?
        for step in steps {
            if step.time != time { clauses.append("at \(LinkQuantity.duration.format(step.time))") }
            time = step.time
            switch step.change {
            case .rate(let rate): clauses.append("rate \(LinkQuantity.rate.format(rate))")
            case .delay(let delay): clauses.append("delay \(LinkQuantity.delay.format(delay))")
            case .loss(let loss): clauses.append(loss.clause)
            }
        }
        return clauses.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Probability {
    fileprivate var clause: String { LinkQuantity.probability.format(Int64(billionths)) }
}

extension RateSpec {
    fileprivate var clause: String {
        switch self {
        case .unlimited: "unlimited"
        case .constant(let bitsPerSecond): LinkQuantity.rate.format(bitsPerSecond)
        case .trace(let trace): "trace \(trace.name)"
        }
    }
}

extension QueueAmount {
    fileprivate var clause: String {
        switch self {
        case .packets(let packets): LinkQuantity.packets.format(Int64(packets))
        case .bytes(let bytes): LinkQuantity.bytes.format(Int64(bytes))
        }
    }
}

extension QueueLimit {
    fileprivate var clause: String {
        switch self {
        case .amount(let amount): amount.clause
        case .bdp(let thousandths, _): LinkQuantity.bdp.format(Int64(thousandths))
        }
    }
}

extension QueueDiscipline {
    fileprivate var clause: String {
        switch self {
        case .dropTail: ""
        case .step(let threshold): "step \(threshold.clause)"
        case .red(let red):
            "red min \(red.minimum.clause) max \(red.maximum.clause)"
                + " probability \(red.probability.clause) weight \(red.weight.clause)"
        case .codel(let codel):
            "codel target \(LinkQuantity.delay.format(codel.target))"
                + " interval \(LinkQuantity.delay.format(codel.interval))"
        }
    }
}

extension LossSpec {
    fileprivate var clause: String {
        switch self {
        case .none: "loss 0%"
        case .random(let probability): "loss \(probability.clause)"
        case .gilbertElliott(let channel):
            "loss gemodel \(channel.toBad.clause) \(channel.toGood.clause)"
                + " \(channel.lossWhenBad.clause) \(channel.lossWhenGood.clause)"
        case .everyNth(let n): "loss every \(n)"
        case .scripted(let numbers):
            "loss script \(numbers.map(String.init).joined(separator: ","))"
        }
    }
}
