extension LinkDirection {
    /// Lets everything happen that happens by `now`, in the order of time.
    mutating func proceed(to now: Int64) {
        if now > self.now { self.now = now }
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
        guard var transmitter = trace else { return }
        while transmitter.nextOpportunity <= now, transmitter.isBusy || !queue.isEmpty {
            let time = transmitter.takeOpportunity()
            applyWireSteps(until: time)
            while transmitter.hasBudget {
                if !transmitter.isBusy {
                    guard let packet = dequeue(at: time) else { break }
                    transmitter.begin(packet)
                }
                if let packet = transmitter.send() {
                    propagation.send(packet, at: time, decisions, &counters)
                }
            }
        }
        trace = transmitter
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
