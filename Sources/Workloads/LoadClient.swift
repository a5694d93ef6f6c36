import CShim
import Glibc
import Host
import SystemPackage

/// The end that connects: runs a workload against servers.
package enum LoadClient {
    package struct Options: Codable, Sendable, Equatable {
        package var workload: Workload
        /// Connection i of the workload goes to address i modulo their number.
        package var addresses: [ServerAddress]
        package var direction = Direction.down
        /// Of sizes, arrival and think times.
        package var seed: UInt64 = 1
        /// When the traffic starts, CLOCK_MONOTONIC in ns; nil: at once.
        package var start: UInt64?
        /// Seconds of the start that aren't measured.
        package var warmUp = 0.0
        /// bit/s: of what `load=60%` takes its share.
        package var linkRate: Double?
        /// More at once are counted as failures.
        package var maximumConnections = 16_384
        /// Seconds that a short flow has to live to be in the report's flows.
        package var recordsAfter = 1.0
        /// A pipe, socket or terminal whose end ends the client early; nil: none.
        package var lifeline: Int32?

        package init(workload: Workload, addresses: [ServerAddress]) {
            self.workload = workload
            self.addresses = addresses
        }
    }

    /// Runs the workload to its end, on this thread; SIGTERM, SIGINT or the lifeline's end cut it short.
    package static func run(_ options: Options) throws(WorkloadError) -> LoadReport {
        try ClientRun(options).run()
    }
}

/// A connection of a component.
final class ClientConnection: Connection {
    let component: Int
    /// Which of the component's lasting connections it is; nil for a short flow.
    let slot: Int?
    /// When the transfer was to begin.
    let due: UInt64
    /// Of a short flow: bytes.
    let size: Int
    /// When the exchange under way began.
    private(set) var exchangeBegin: UInt64 = 0

    init(
        _ socket: consuming OwnedDescriptor, peer: SocketAddress, now: UInt64,
        component: Int, slot: Int?, due: UInt64, size: Int, header: TransferHeader
    ) {
        self.component = component
        self.slot = slot
        self.due = due
        self.size = size
        super.init(socket, peer: peer, phase: .connecting, now: now, preamble: header.bytes)
        flow = header.flow
        sendsData = header.up > header.down
    }

    func beginExchange(_ exchange: Exchange, now: UInt64) {
        sendLeft = exchange.up
        receiveLeft = exchange.down
        exchangeBegin = now
        phase = .sending
    }

    /// 0, or the errno of a connect that failed.
    var connectError: Errno? {
        var error: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(socket.raw.rawValue, SOL_SOCKET, SO_ERROR, &error, &length)
        return error == 0 ? nil : Errno(rawValue: error)
    }
}

/// What goes up and what comes down in answer, in bytes.
struct Exchange: Equatable {
    let up: UInt64
    let down: UInt64
    /// All ones: until the client closes.
    var repeats: UInt32 = 1

    /// - Parameter size: of a short flow.
    init(_ kind: Workload.Kind, _ direction: Direction, size: Int = 0) {
        // Small: what asks for the data, or confirms it.
        let (small, data): (Int, UInt64)
        switch kind {
        case .bulk: (small, data) = (0, TransferHeader.endless)
        case .requestResponse(let rr):
            (small, data) = (rr.request, UInt64(rr.response))
            repeats = .max
        case .flows:
            // The header asks; the confirmation tells when everything has come.
            (small, data) = (direction == .down ? 0 : 1, UInt64(size))
        case .video(let video):
            (small, data) = (100, UInt64(video.segmentSize))
            repeats = .max
        }
        (up, down) = direction == .down ? (UInt64(small), data) : (data, UInt64(small))
    }
}
