extension LinkDirection {
    /// Lets everything happen that happens by `now`, in the order of time.
    mutating func proceed(to now: Int64) {
        // The very last time stands for never.
        if now > self.now { self.now = min(now, .max - 1) }
        if trace == nil { transmit() } else { transmitByTrace() }
        applyWireSteps(until: self.now)
    }

    /// Starts every transmission that begins by now.
    mutating func transmit() {
        while !queue.isEmpty {
            let start = max(clock.freeAt, queue.first.arrival)
            guard start <= now else { return }
            applyWireSteps(until: start)
            guard let packet = dequeue(at: start) else { return }
            let departure = clock.send(bytes: packet.bytes, notBefore: packet.arrival)
            propagation.send(packet, at: departure, decisions, &counters)
        }
    }

    private mutating func transmitByTrace() {
        while let time = trace?.takeOpportunity(by: now, isWanted: !queue.isEmpty) {
            applyWireSteps(until: time)
            while trace?.hasBudget == true {
                if trace?.isBusy == false {
                    guard let packet = dequeue(at: time) else { break }
                    trace?.begin(packet)
                }
                if let packet = trace?.send() {
                    // The clock knows since when nothing is sent, which RED asks.
                    _ = clock.send(bytes: 0, notBefore: time)
                    propagation.send(packet, at: time, decisions, &counters)
                }
            }
        }
    }

    mutating func updateNextEvent() {
        var next = propagation.line.nextDue
        if !drops.isEmpty { next = min(next, drops.first.time) }
        if !queue.isEmpty || trace?.isBusy ?? false {
            let start = trace?.nextOpportunity ?? clock.freeAt
            next = min(next, start &+ propagation.shortestDelay)
        }
        nextEvent = next == .max ? nil : next
    }

    private mutating func applyWireSteps(until time: Int64) {
        while let step = wireSteps.first, step.time <= time {
            switch step.change {
            case .rate(let bitsPerSecond): clock.change(bitsPerSecond: bitsPerSecond)
            case .delay(let delay): propagation.delay = delay
            case .loss: break
            }
            wireSteps.removeFirst()
        }
    }
}
