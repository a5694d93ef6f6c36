import PlainText

extension LinkSpecParser {
    /// Of the up direction, which carries acknowledgements, unless `buffer` says else.
    static let ampleLimit = QueueLimit.amount(.packets(10_000))

    /// The link, once everything is read: what one direction takes from the other, traces, and
    /// buffers in BDP.
    func resolve(traces: (String) throws -> [UInt8]) throws(LinkSpecError) -> LinkSpec {
        let main = sections[0]
        let own = isUp ? sections[1] : Section()
        if let rtt, let delay = main.places["delay"] ?? own.places["delay"] {
            let place = rtt.place.offset > delay.offset ? rtt.place : delay
            throw error(
                .conflict, place, "rtt and delay are both given",
                "either: rtt is both directions' delays together")
        }
        var link = LinkSpec(down: direction(main), up: direction(own))
        // An odd nanosecond goes down.
        link.down.delay = rtt.map { $0.value - $0.value / 2 } ?? main.delay ?? 0
        link.up.delay = rtt.map { $0.value / 2 } ?? own.delay ?? main.delay ?? 0
        if own.limit == nil { link.up.queue.limit = Self.ampleLimit }

        let upRate = own.rate ?? main.upRate ?? main.rate
        link.down.rate = try read(main.rate, traces)
        link.up.rate = try read(upRate, traces)
        link.up.steps = upSteps(main, own)
        try checkRateSteps(link.down, main)
        try checkRateSteps(link.up, own)
        let baseRTT = link.baseRTT
        try finish(&link.down, main, baseRTT)
        try finish(&link.up, own, baseRTT)
        return link
    }

    private func direction(_ section: Section) -> DirectionSpec {
        DirectionSpec(
            jitter: section.jitter,
            queue: QueueSpec(
                limit: section.limit ?? QueueSpec().limit,
                discipline: section.discipline ?? .dropTail),
            loss: section.loss ?? .none, duplicate: section.duplicate ?? .zero,
            steps: section.steps.sorted { ($0.time, $0.rank) < ($1.time, $1.rank) })
    }

    /// Its own, and the first section's for rate and delay where it says nothing of these.
    private func upSteps(_ main: Section, _ own: Section) -> [LinkStep] {
        let ownsRate = own.rate != nil || own.rateStep != nil
        let ownsDelay = own.delay != nil || own.steps.contains(where: \.isDelay)
        let hasSlash = main.upRate != nil || !main.upSteps.isEmpty
        var steps = own.steps
        if !ownsRate { steps += hasSlash ? main.upSteps : main.steps.filter(\.isRate) }
        if !ownsDelay { steps += main.steps.filter(\.isDelay) }
        return steps.sorted { ($0.time, $0.rank) < ($1.time, $1.rank) }
    }

    private func checkRateSteps(
        _ direction: DirectionSpec, _ section: Section
    ) throws(LinkSpecError) {
        guard case .trace = direction.rate, direction.steps.contains(where: \.isRate),
            let place = section.rateStep ?? sections[0].rateStep
        else { return }
        throw error(
            .conflict, place, "a trace's rate can't change at a time",
            "a constant rate, or no rate after 'at'")
    }

    private func read(
        _ rate: Rate?, _ traces: (String) throws -> [UInt8]
    ) throws(LinkSpecError) -> RateSpec {
        let place: Token
        switch rate {
        case nil: return .unlimited
        case .spec(let spec): return spec
        case .trace(let token): place = token
        }
        let bytes: [UInt8]
        do {
            bytes = try traces(place.text)
        } catch {
            let near = didYouMean(place.text, Self.words)
            throw self.error(
                .trace, place, "trace '\(Printable.line(place.text))' can't be read: \(error)",
                "the name of a trace\(near)")
        }
        do throws(TraceError) {
            return .trace(try Trace.parse(bytes, name: place.text))
        } catch {
            throw self.error(.trace, place, error.summary, error.expected)
        }
    }

    /// What depends on the direction's final delay and rate.
    private func finish(
        _ direction: inout DirectionSpec, _ section: Section, _ baseRTT: Int64
    ) throws(LinkSpecError) {
        let delay = LinkQuantity.delay.format(direction.delay)
        if let jitter = direction.jitter, jitter.amplitude > direction.delay,
            let place = section.places["jitter"]
        {
            throw error(.conflict, place, "the jitter is more than the delay", "at most \(delay)")
        }
        if let reorder = section.reorder, let place = section.places["reorder"] {
            let lead = reorder.lead ?? direction.delay
            guard lead > 0, lead <= direction.delay else {
                throw error(
                    .conflict, place,
                    "packets can't overtake by more than the delay, or by nothing",
                    direction.delay > 0 ? "'by' a time of at most \(delay)" : "a delay")
            }
            direction.reorder = ReorderSpec(probability: reorder.probability, lead: lead)
        }
        if case .bdp(let thousandths, _) = direction.queue.limit,
            let place = section.places["buffer"]
        {
            guard let rate = direction.rate.bitsPerSecond, baseRTT > 0 else {
                throw error(
                    .conflict, place, "a buffer in BDP needs a rate and a delay",
                    "both, or a buffer in packets or bytes")
            }
            let bytes = rate * Double(baseRTT) * Double(thousandths) / 8e12
            direction.queue.limit = .bdp(thousandths: thousandths, bytes: Int(bytes))
        }
        if case .trace = direction.rate, let place = section.places["buffer"],
            [.packets(0), .bytes(0)].contains(direction.queue.limit.amount)
        {
            throw error(
                .conflict, place, "packets of a trace have to wait for its opportunities",
                "a buffer above 0")
        }
    }
}
