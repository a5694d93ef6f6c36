extension LinkDirection {
    /// What the queue's discipline keeps in mind.
    enum Discipline: Sendable {
        case dropTail
        case step(QueueAmount)
        case red(RED)
        case codel(CoDel)

        init(_ spec: QueueDiscipline, bitsPerSecond: Double?) {
            self =
                switch spec {
                case .dropTail: .dropTail
                case .step(let threshold): .step(threshold)
                case .red(let parameters): .red(RED(parameters, bitsPerSecond: bitsPerSecond))
                case .codel(let parameters): .codel(CoDel(parameters))
                }
        }
    }

    mutating func enqueue(_ packet: Packet) {
        var queued = QueuedPacket(
            number: number, arrival: now, extraDelay: packet.extraDelay, token: packet.token,
            bytes: max(1, packet.bytes), isECT: packet.isECT, isMarked: false)
        if queue.isEmpty { trace?.idle(until: now) }
        // What is sent at once needs no place in the queue.
        let isIdle = trace == nil && clock.freeAt <= now
        guard isIdle || hasRoom(for: queued.bytes) else {
            counters.queueDrops &+= 1
            return drop(packet.token, .queueFull, at: now)
        }
        switch verdictOnArrival(queued) {
        case .pass: break
        case .mark:
            counters.marks &+= 1
            queued.isMarked = true
        case .drop:
            counters.aqmDrops &+= 1
            return drop(packet.token, .aqm, at: now)
        }
        queue.append(queued)
        queueBytes &+= Int(queued.bytes)
        if isIdle { return transmit() }
        maximumBytes = max(maximumBytes, queueBytes)
    }

    /// The next packet to send, if CoDel leaves one.
    mutating func dequeue(at time: Int64) -> QueuedPacket? {
        var isFirst = true
        while !queue.isEmpty {
            var packet = queue.removeFirst()
            queueBytes &-= Int(packet.bytes)
            if case .codel(var codel) = discipline {
                let verdict = codel.verdict(
                    sojourn: time - packet.arrival, queueBytes: queueBytes, isECT: packet.isECT,
                    isFirst: isFirst, at: time)
                discipline = .codel(codel)
                isFirst = false
                if verdict == .drop {
                    counters.aqmDrops &+= 1
                    drop(packet.token, .aqm, at: time)
                    continue
                }
                if verdict == .mark {
                    counters.marks &+= 1
                    packet.isMarked = true
                }
            }
            waitingTime = time &- packet.arrival
            queueingDelay.record(waitingTime)
            return packet
        }
        return nil
    }

    mutating func drop(_ token: Int32, _ reason: DropReason, at time: Int64) {
        drops.append(Drop(time: time, token: token, reason: reason))
    }

    private func hasRoom(for bytes: Int32) -> Bool {
        switch limit {
        case .packets(let packets): queue.count < packets
        case .bytes(let limit): queueBytes &+ Int(bytes) <= limit
        }
    }

    private mutating func verdictOnArrival(_ packet: QueuedPacket) -> QueueVerdict {
        switch discipline {
        case .dropTail, .codel:
            return .pass
        case .step(let threshold):
            guard packet.isECT else { return .pass }
            return switch threshold {
            case .packets(let packets): queue.count >= packets ? .mark : .pass
            case .bytes(let bytes): queueBytes >= bytes ? .mark : .pass
            }
        case .red(var red):
            let isBusy = trace?.isBusy ?? false
            let verdict = red.verdict(
                queuePackets: queue.count, queueBytes: queueBytes,
                idleTime: isBusy ? 0 : now &- clock.freeAt,
                isECT: packet.isECT, random: decisions.uniform(.red, packet.number))
            discipline = .red(red)
            return verdict
        }
    }
}
