import CShim
import Glibc
import Host
import Statistics
import SystemPackage

/// A client from its first connection to its report.
final class ClientRun {
    private enum Action {
        case tick, beginWindow, finish
        case begin(component: Int)
        case end(component: Int)
        case arrival(ArrivalSchedule.Arrival, component: Int)
        case connect(component: Int, slot: Int)
        /// The next exchange of a connection.
        case exchange(UInt64)
    }

    /// Exchanges of one connection before others have a turn.
    private static let turn = 16
    /// Until a lasting connection that failed is made again: ns.
    private static let retryAfter: UInt64 = 1_000_000_000

    private let options: LoadClient.Options
    private let addresses: [SocketAddress]
    private let origin: UInt64
    private let table: ConnectionTable<ClientConnection>
    private let stop: StopWatch
    private var timers = TimerQueue<Action>()
    private var components: [ClientComponent] = []
    private var isFinished = false

    private var completions: CompletionRecorder
    private var unfinished = 0
    private var latency = TimeHistogram()

    init(_ options: LoadClient.Options) throws(WorkloadError) {
        self.options = options
        raiseDescriptorLimit()
        addresses = try options.addresses.map { address throws(WorkloadError) in
            try SocketAddress(resolving: address.host, port: address.port)
        }
        origin = options.start ?? KernelClock.monotonic()
        table = try ConnectionTable(
            origin: origin,
            .init(
                connections: options.maximumConnections,
                recordsAfter: nanoseconds(options.recordsAfter)))
        stop = try StopWatch(options.lifeline, table.poller)
        completions = CompletionRecorder(
            random: SplitMix64(seed: options.seed, stream: .max))
        try check()
        try schedule()
    }

    private func check() throws(WorkloadError) {
        let workload = options.workload
        func refuse(_ what: String, _ advice: String) -> WorkloadError {
            WorkloadError(
                .invalidOptions, "cannot run", on: workload.description, because: what,
                advice: advice)
        }
        guard !options.addresses.isEmpty else {
            throw refuse("no server", "give at least one address")
        }
        guard nanoseconds(options.warmUp) < UInt64(workload.duration) else {
            throw refuse(
                "nothing is left after a warm-up of \(options.warmUp) s", "shorten the warm-up")
        }
    }

    private func schedule() throws(WorkloadError) {
        var first = 0
        timers.add(.beginWindow, at: origin + nanoseconds(options.warmUp))
        timers.add(.finish, at: origin + UInt64(options.workload.duration))
        timers.add(.tick, at: origin + ConnectionTable<ClientConnection>.interval)
        for (index, spec) in options.workload.components.enumerated() {
            components.append(
                try ClientComponent(spec, index: index, first: first, options))
            first += spec.kind.persistentConnections
            timers.add(.begin(component: index), at: origin + UInt64(spec.start))
            timers.add(.end(component: index), at: origin + UInt64(spec.end))
        }
    }

    func run() throws(WorkloadError) -> LoadReport {
        while !isFinished && !stop.hasCome {
            let now = KernelClock.monotonic()
            // Each with the time that it has become: time mustn't go back for a connection.
            while !isFinished, let action = timers.pop(dueAt: now) {
                perform(action, KernelClock.monotonic())
            }
            guard !isFinished else { break }
            for index in 0..<(try table.poller.wait(until: timers.next)) {
                let (token, readiness) = table.poller.event(index)
                if !stop.take(token, readiness), let connection = table[token] {
                    advance(connection)
                }
            }
        }
        return report()
    }

    // MARK: Time

    private func perform(_ action: Action, _ now: UInt64) {
        switch action {
        case .tick:
            table.sample(at: now)
            let interval = ConnectionTable<ClientConnection>.interval
            timers.add(.tick, at: origin + ((now - origin) / interval + 1) * interval)
        case .beginWindow:
            table.beginWindow(at: now)
            for index in components.indices {
                for player in components[index].players.indices {
                    components[index].players[player].beginWindow(at: now)
                }
            }
        case .finish: isFinished = true
        case .begin(let component): begin(component, now)
        case .end(let component): end(component, now)
        case .arrival(let arrival, let component):
            scheduleArrival(of: component)
            guard components[component].isRunning else { return }
            let number = components[component].extra
            components[component].extra += 1
            let due = origin + UInt64(components[component].spec.start + arrival.time)
            connect(component, number: number, slot: nil, due: due, size: arrival.size)
        case .connect(let component, let slot):
            guard components[component].isRunning else { return }
            let number =
                components[component].spec.kind.persistentConnections
                + components[component].extra
            components[component].extra += 1
            connect(component, number: number, slot: slot, due: now)
        case .exchange(let token):
            guard let connection = table[token] else { return }
            beginExchange(connection, now)
            advance(connection)
        }
    }

    private func begin(_ component: Int, _ now: UInt64) {
        components[component].isRunning = true
        let kind = components[component].spec.kind
        for slot in 0..<kind.persistentConnections {
            if case .video(let video) = kind {
                components[component].players.append(Player(video, at: now))
            }
            connect(component, number: slot, slot: slot, due: now)
        }
        scheduleArrival(of: component)
    }

    private func scheduleArrival(of component: Int) {
        guard let arrival = components[component].schedule?.next() else { return }
        let start = origin + UInt64(components[component].spec.start)
        timers.add(.arrival(arrival, component: component), at: start + UInt64(arrival.time))
    }

    private func end(_ component: Int, _ now: UInt64) {
        guard components[component].isRunning else { return }
        components[component].isRunning = false
        for player in components[component].players.indices {
            components[component].players[player].advance(to: now)
        }
        for connection in table.members where connection.component == component {
            if connection.slot == nil, connection.phase != .draining, isMeasured(connection.due) {
                unfinished += 1
            }
            table.remove(
                connection, now: now, abort: true, isPersistent: connection.slot != nil)
        }
    }

    /// Whether something that began then counts: the window opens by the clock, however late this
    /// thread is.
    private func isMeasured(_ begin: UInt64) -> Bool {
        begin >= origin + nanoseconds(options.warmUp)
    }

    // MARK: Connections

    private func connect(_ component: Int, number: Int, slot: Int?, due: UInt64, size: Int = 0) {
        let now = KernelClock.monotonic()
        let kind = components[component].spec.kind
        let exchange = Exchange(kind, options.direction, size: size)
        let place = components[component].first + (slot ?? number)
        let address = addresses[place % addresses.count]
        guard !table.isFull else { return fail(component, slot, "too-many", now) }
        let number = UInt64(component) << 32 | UInt64(number)
        let descriptor = streamSocket(address.family)
        guard descriptor >= 0 else {
            return fail(component, slot, failureKind(Errno(rawValue: errno)), now)
        }
        let connection = ClientConnection(
            OwnedDescriptor(FileDescriptor(rawValue: descriptor)), peer: address, now: now,
            component: component, slot: slot, due: due, size: size,
            header: TransferHeader(
                flow: number, up: exchange.up, down: exchange.down, exchanges: exchange.repeats))
        if address.withPointer({ Glibc.connect(descriptor, $0, $1) }) != 0, errno != EINPROGRESS {
            return fail(component, slot, failureKind(Errno(rawValue: errno)), now)
        }
        table.insert(connection, .writable)
    }

    private func fail(_ component: Int, _ slot: Int?, _ kind: String, _ now: UInt64) {
        table.failures[kind, default: 0] += 1
        retry(component, slot, now)
    }

    private func fail(_ connection: ClientConnection, _ kind: String, _ now: UInt64) {
        table.remove(
            connection, now: now, failure: kind, abort: true,
            isPersistent: connection.slot != nil)
        retry(connection.component, connection.slot, now)
    }

    private func retry(_ component: Int, _ slot: Int?, _ now: UInt64) {
        guard let slot else { return }
        timers.add(.connect(component: component, slot: slot), at: now + Self.retryAfter)
    }

    private func beginExchange(_ connection: ClientConnection, _ now: UInt64) {
        let kind = components[connection.component].spec.kind
        connection.beginExchange(
            Exchange(kind, options.direction, size: connection.size), now: now)
    }

    /// Goes on with a connection as far as it can.
    private func advance(_ connection: ClientConnection) {
        for _ in 0..<Self.turn {
            let now = KernelClock.monotonic()
            let phase = connection.phase
            let progress: Connection.Progress =
                switch phase {
                case .connecting: connection.connectError.map { .failed($0) } ?? .done
                case .sending: connection.send(table.payload, now: now)
                case .receiving: connection.receive(now: now)
                default: connection.probe()
                }
            switch (progress, phase) {
            case (.done, .connecting): beginExchange(connection, now)
            case (.done, .sending): connection.phase = .receiving
            case (.done, .receiving): endExchange(connection, KernelClock.monotonic())
            case (.done, _): return fail(connection, "malformed", now)
            case (.blocked, _), (.yield, _): return want(connection)
            case (.ended, .draining): return table.remove(connection, now: now)
            case (.ended, _): return fail(connection, "closed-early", now)
            case (.failed(let error), _): return fail(connection, failureKind(error), now)
            }
        }
        want(connection)
    }

    private func want(_ connection: ClientConnection) {
        table.want(connection.phase == .sending ? .writable : .readable, connection)
    }

    /// All of an exchange is here: what is next depends on the workload.
    private func endExchange(_ connection: ClientConnection, _ now: UInt64) {
        let component = connection.component
        switch components[component].spec.kind {
        case .bulk:
            preconditionFailure("a bulk transfer doesn't end by itself")
        case .requestResponse(let rr):
            if isMeasured(connection.exchangeBegin) {
                latency.record(now - connection.exchangeBegin)
            }
            guard rr.think > 0 else { return beginExchange(connection, now) }
            let pause = components[component].think.exponential(mean: Double(rr.think))
            connection.phase = .idle
            timers.add(.exchange(connection.token), at: now + UInt64(pause))
        case .flows:
            if isMeasured(connection.due) {
                completions.record(
                    start: seconds(connection.due, after: origin), size: connection.size,
                    duration: now - connection.due)
            }
            // The server closes first.
            connection.phase = .draining
        case .video:
            let slot = connection.slot ?? 0
            components[component].players[slot].add(at: now, isMeasured: table.isMeasuring)
            let pause = components[component].players[slot].timeUntilRoom
            guard pause > 0 else { return beginExchange(connection, now) }
            connection.phase = .idle
            timers.add(.exchange(connection.token), at: now + UInt64(pause))
        }
    }

    // MARK: The end

    private func report() -> LoadReport {
        let now = KernelClock.monotonic()
        for index in components.indices { end(index, now) }
        table.endWindow(at: now)
        var report = table.report(.client, isComplete: isFinished)
        report.workload = options.workload
        report.direction = options.direction
        report.seed = options.seed
        report.goodput =
            (options.direction == .down ? report.received : report.sent).goodput
        let kinds = Set(options.workload.components.map(\.kind.name))
        if kinds.contains("flows") {
            report.completions = completions.completions(unfinished: unfinished)
        }
        if kinds.contains("rr") {
            let times = latency.times
            let length = report.windowEnd - report.windowStart
            report.requests = LoadReport.Requests(
                count: times.count, perSecond: length > 0 ? Double(times.count) / length : 0,
                latency: times)
        }
        if kinds.contains("video") {
            report.video = Player.report(components.flatMap(\.players))
        }
        return report
    }
}
