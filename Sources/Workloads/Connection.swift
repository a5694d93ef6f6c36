import CShim
import Glibc
import Host
import SystemPackage

/// Payload both ways, in bytes.
struct ByteCount {
    /// Acknowledged by the other end.
    var sent: UInt64 = 0
    var received: UInt64 = 0

    static func + (a: ByteCount, b: ByteCount) -> ByteCount {
        ByteCount(sent: a.sent + b.sent, received: a.received + b.received)
    }

    static func - (a: ByteCount, b: ByteCount) -> ByteCount {
        ByteCount(sent: a.sent - b.sent, received: a.received - b.received)
    }
}

/// One end of a connection that transfers bytes without a meaning.
class Connection {
    enum Phase {
        case connecting
        /// Waiting for the client's header.
        case header
        case sending, receiving
        /// Between two exchanges.
        case idle
        /// All is transferred, the other end hasn't closed yet.
        case draining
    }

    /// How far a transfer has come.
    enum Progress {
        case done
        /// Nothing more to read, or no more room to write.
        case blocked
        /// Others should have a turn.
        case yield
        /// The other end has closed.
        case ended
        case failed(Errno)
    }

    /// Bytes of one turn.
    private static let turn = 1 << 20

    let socket: OwnedDescriptor
    let peer: SocketAddress
    /// CLOCK_MONOTONIC in ns, as all times here.
    let opened: UInt64
    var flow: UInt64 = 0
    var phase: Phase
    /// Payload left of this exchange; ``TransferHeader/endless`` stays as it is.
    var sendLeft: UInt64 = 0
    var receiveLeft: UInt64 = 0
    /// Whether most bytes go from here, which is when the socket's course is worth recording.
    var sendsData = false
    /// When payload moved.
    private(set) var firstActivity: UInt64?
    /// The same, or when it was opened.
    private(set) var lastActivity: UInt64
    private(set) var received: UInt64 = 0
    /// Payload that the kernel took.
    private var handed: UInt64 = 0
    private var hasShutDown = false
    /// What precedes the payload.
    private var preamble: [UInt8]
    private var preambleSent = 0

    // The table's.
    var token: UInt64 = 0
    var interest: Readiness = []
    var samples: [Sample] = []
    /// Its place among those that have a series.
    var sampledIndex: Int?
    /// At the begin of the measured window.
    var base = ByteCount()
    /// In the measured window, once it is over.
    var measured: ByteCount?

    init(
        _ socket: consuming OwnedDescriptor, peer: SocketAddress, phase: Phase, now: UInt64,
        preamble: [UInt8] = []
    ) {
        self.socket = socket
        self.peer = peer
        self.phase = phase
        self.preamble = preamble
        opened = now
        lastActivity = now
    }

    /// Payload transferred so far.
    var count: ByteCount {
        // A socket's queue also has the preamble and a FIN in it.
        let queued = UInt64(max(0, cshim_unacknowledged(socket.raw.rawValue)))
        let unacknowledged = queued - (hasShutDown && queued > 0 ? 1 : 0)
        return ByteCount(sent: handed - min(handed, unacknowledged), received: received)
    }

    /// Writes the preamble and what is left of the payload.
    func send(_ payload: UnsafeRawBufferPointer, now: UInt64) -> Progress {
        while preambleSent < preamble.count {
            // With payload to follow, both go out in one segment.
            let flags = CInt(MSG_NOSIGNAL) | (sendLeft > 0 ? CInt(MSG_MORE) : 0)
            let sent = preamble.withUnsafeBytes {
                Glibc.send(
                    socket.raw.rawValue, $0.baseAddress! + preambleSent, $0.count - preambleSent,
                    flags)
            }
            guard sent >= 0 else { return failure(errno) }
            preambleSent += sent
        }
        var turn = Self.turn
        while sendLeft > 0 {
            guard turn > 0 else { return .yield }
            let asked = Int(min(sendLeft, UInt64(payload.count)))
            let sent = Glibc.send(
                socket.raw.rawValue, payload.baseAddress, asked, CInt(MSG_NOSIGNAL))
            guard sent >= 0 else { return failure(errno) }
            moved(now)
            handed += UInt64(sent)
            turn -= sent
            if sendLeft != TransferHeader.endless { sendLeft -= UInt64(sent) }
            if sent < asked { return .blocked }
        }
        return .done
    }

    /// Takes what has come of the payload.
    func receive(now: UInt64) -> Progress {
        guard receiveLeft > 0 else { return .done }
        let asked = Int(min(receiveLeft, UInt64(Self.turn)))
        // MSG_TRUNC: TCP drops the bytes instead of copying them.
        let count = recv(socket.raw.rawValue, nil, asked, CInt(MSG_TRUNC))
        guard count > 0 else { return count == 0 ? .ended : failure(errno) }
        moved(now)
        received += UInt64(count)
        if receiveLeft != TransferHeader.endless { receiveLeft -= UInt64(count) }
        if receiveLeft == 0 { return .done }
        return count == asked ? .yield : .blocked
    }

    private func moved(_ now: UInt64) {
        lastActivity = now
        if firstActivity == nil { firstActivity = now }
    }

    /// Where nothing is expected: `.done` says that something came all the same.
    func probe() -> Progress {
        var byte: UInt8 = 0
        let count = recv(socket.raw.rawValue, &byte, 1, 0)
        return count > 0 ? .done : count == 0 ? .ended : failure(errno)
    }

    /// Nothing more will be sent from here.
    func shutDown() {
        // Fails where the other end is gone, which the next read tells, too.
        hasShutDown = shutdown(socket.raw.rawValue, CInt(SHUT_WR)) == 0
    }

    func failure(_ number: CInt) -> Progress {
        number == EAGAIN || number == EINTR ? .blocked : .failed(Errno(rawValue: number))
    }
}
