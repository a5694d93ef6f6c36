import CShim
import Glibc
import Host
import SystemPackage

/// A server from listening to its report.
final class ServerRun {
    private enum Action {
        case tick, beginWindow, endWindow
    }

    /// Exchanges of one connection before others have a turn.
    private static let turn = 32
    /// A client has that long to say what it wants: ns.
    private static let headerTimeout: UInt64 = 10_000_000_000

    private let options: LoadServer.Options
    private let table: ConnectionTable<ServerConnection>
    private let listener: OwnedDescriptor
    private let stop: StopWatch
    private var timers = TimerQueue<Action>()
    private let idleTimeout: UInt64
    private var isListening = true

    init(_ options: LoadServer.Options) throws(WorkloadError) {
        self.options = options
        raiseDescriptorLimit()
        let now = KernelClock.monotonic()
        let origin = options.origin ?? now
        idleTimeout = nanoseconds(options.idleTimeout)
        table = try ConnectionTable(
            origin: origin,
            .init(
                connections: options.maximumConnections,
                recordsAfter: options.recordsAfter.map(nanoseconds)))
        stop = try StopWatch(options.lifeline, table.poller)
        listener = try Self.listen(options)
        _ = table.poller.add(listener.raw, .readable, token: StopWatch.listenerToken)
        timers.add(.beginWindow, at: origin + nanoseconds(options.warmUp))
        if let duration = options.duration {
            timers.add(.endWindow, at: origin + nanoseconds(duration))
        }
        // On the client's grid.
        let late = now > origin ? (now - origin) / ConnectionTable<ServerConnection>.interval : 0
        timers.add(
            .tick, at: origin + (late + 1) * ConnectionTable<ServerConnection>.interval)
    }

    private static func listen(
        _ options: LoadServer.Options
    ) throws(WorkloadError) -> OwnedDescriptor {
        let address = try SocketAddress(
            resolving: options.address, port: options.port, forListening: true)
        let what = "cannot listen on"
        func check(_ result: CInt) throws(WorkloadError) -> CInt {
            guard result >= 0 else {
                throw WorkloadError(
                    .cannotListen, what, on: address.description, errno: Errno(rawValue: errno))
            }
            return result
        }
        let socket = OwnedDescriptor(
            FileDescriptor(rawValue: try check(streamSocket(address.family))))
        let number = socket.raw.rawValue
        setOption(number, SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == AF_INET6 { setOption(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        _ = try check(address.withPointer { bind(number, $0, $1) })
        _ = try check(Glibc.listen(number, 4096))
        return socket
    }

    func run() throws(WorkloadError) -> LoadReport {
        try announce()
        while !stop.hasCome {
            let now = KernelClock.monotonic()
            // Each with the time that it has become: time mustn't go back for a connection.
            while let action = timers.pop(dueAt: now) {
                perform(action, KernelClock.monotonic())
            }
            for index in 0..<(try table.poller.wait(until: timers.next)) {
                let (token, readiness) = table.poller.event(index)
                if token == StopWatch.listenerToken {
                    accept()
                } else if !stop.take(token, readiness), let connection = table[token] {
                    advance(connection)
                }
            }
        }
        return finish()
    }

    private func announce() throws(WorkloadError) {
        let bound = SocketAddress { getsockname(listener.raw.rawValue, $0, &$1) }
        let line = "ready \(bound?.port ?? options.port)\n"
        do {
            try FileDescriptor(rawValue: options.output).writeAll(line.utf8)
        } catch {
            throw WorkloadError(
                .io, "cannot write", on: "descriptor \(options.output)", errno: error as? Errno)
        }
    }

    private func perform(_ action: Action, _ now: UInt64) {
        switch action {
        case .beginWindow: table.beginWindow(at: now)
        case .endWindow: table.endWindow(at: now)
        case .tick:
            table.sample(at: now)
            for connection in table.members where isStale(connection, now) {
                table.remove(connection, now: now, failure: "idle", abort: true)
            }
            if !isListening {
                isListening = true
                table.poller.change(
                    listener.raw, .readable, token: StopWatch.listenerToken)
            }
            timers.add(.tick, at: nextTick(after: now))
        }
    }

    private func nextTick(after now: UInt64) -> UInt64 {
        let interval = ConnectionTable<ServerConnection>.interval
        // Before the origin, every tick is on the grid as well.
        guard now >= table.origin else { return table.origin }
        return table.origin + ((now - table.origin) / interval + 1) * interval
    }

    private func isStale(_ connection: ServerConnection, _ now: UInt64) -> Bool {
        connection.phase == .header
            ? now - connection.opened > Self.headerTimeout
            : now - connection.lastActivity > idleTimeout
    }

    private func accept() {
        // A burst at most, the transfers have a turn, too.
        for _ in 0..<64 {
            var number: CInt = -1
            let peer = SocketAddress { address, length in
                number = cshim_accept(listener.raw.rawValue, address, &length)
                return number
            }
            guard let peer else {
                if number == -EMFILE || number == -ENFILE || number == -ENOBUFS
                    || number == -ENOMEM
                {
                    // Until the next tick: the ones in the queue would wake this loop for ever.
                    table.failures["no-descriptors", default: 0] += 1
                    isListening = false
                    table.poller.change(listener.raw, [], token: StopWatch.listenerToken)
                }
                return
            }
            let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
            guard !table.isFull else {
                table.failures["too-many", default: 0] += 1
                _ = cshim_abort_on_close(number)
                continue
            }
            table.insert(
                ServerConnection(
                    socket, peer: peer, phase: .header, now: KernelClock.monotonic()), .readable)
        }
    }

    /// Goes on with a connection as far as it can.
    private func advance(_ connection: ServerConnection) {
        let now = KernelClock.monotonic()
        for _ in 0..<Self.turn {
            let phase = connection.phase
            let progress: Connection.Progress =
                switch phase {
                case .header: connection.readHeader()
                case .receiving: connection.receive(now: now)
                case .sending: connection.send(table.payload, now: now)
                default: connection.probe()
                }
            switch (progress, phase) {
            case (.done, .receiving): connection.answer()
            case (.done, .sending): connection.endExchange()
            case (.done, .draining):
                return table.remove(connection, now: now, failure: "malformed", abort: true)
            // The header's.
            case (.done, _): break
            case (.blocked, _), (.yield, _):
                return table.want(
                    connection.phase == .sending ? .writable : .readable, connection)
            case (.ended, .draining): return table.remove(connection, now: now)
            case (.ended, _): return end(connection, "closed-early", now)
            case (.failed(.protocolError), .header):
                return table.remove(connection, now: now, failure: "malformed", abort: true)
            case (.failed(let error), _): return end(connection, failureKind(error), now)
            }
        }
        table.want(connection.phase == .sending ? .writable : .readable, connection)
    }

    /// That the client goes is how an endless transfer ends.
    private func end(_ connection: ServerConnection, _ kind: String, _ now: UInt64) {
        table.remove(connection, now: now, failure: connection.isEndless ? nil : kind)
    }

    private func finish() -> LoadReport {
        let now = KernelClock.monotonic()
        table.endWindow(at: now)
        for connection in table.members { table.remove(connection, now: now, abort: true) }
        return table.report(.server, isComplete: true)
    }
}
