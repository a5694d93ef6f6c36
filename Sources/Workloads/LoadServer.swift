import CShim
import Glibc
import Host
import SystemPackage

/// The end that listens: does what each connection's header asks for, of all workloads at once.
package enum LoadServer {
    package struct Options: Codable, Sendable, Equatable {
        /// Where to listen; `::` takes IPv4, too.
        package var address = "::"
        /// 0: the kernel chooses.
        package var port: UInt16 = 0
        /// From which times count, CLOCK_MONOTONIC in ns: the client's start. Nil: from listening on.
        package var origin: UInt64?
        /// Seconds after the origin that aren't measured.
        package var warmUp = 0.0
        /// Seconds after the origin after which nothing is measured any more; nil: all is.
        package var duration: Double?
        /// Seconds without a byte after which a connection is closed.
        package var idleTimeout = 60.0
        /// More are turned away.
        package var maximumConnections = 16_384
        /// Seconds that a connection has to live to be in the report; nil: none is.
        package var recordsAfter: Double? = 1
        /// A pipe, socket or terminal whose end ends the server: standard input, so that it can't
        /// outlive its parent. Other kinds of files are ignored; nil: none.
        package var lifeline: Int32? = 0
        /// Where `ready PORT` is written when it listens.
        package var output: Int32 = 1

        package init() {}
    }

    /// Serves until SIGTERM, SIGINT or the lifeline's end, on this thread.
    package static func run(_ options: Options) throws(WorkloadError) -> LoadReport {
        try ServerRun(options).run()
    }
}

/// A connection that was accepted.
final class ServerConnection: Connection {
    private var header: [UInt8] = []
    private var up: UInt64 = 0
    private var down: UInt64 = 0
    private var exchanges: UInt32 = 0
    /// Ends when the client closes it.
    private(set) var isEndless = false

    /// Reads the header and starts the first exchange; `.failed` with EPROTO where it is none.
    func readHeader() -> Progress {
        var bytes = [UInt8](repeating: 0, count: TransferHeader.size - header.count)
        let count = recv(socket.raw.rawValue, &bytes, bytes.count, 0)
        guard count > 0 else { return count == 0 ? .ended : failure(errno) }
        header += bytes[..<count]
        guard header.count == TransferHeader.size else { return .blocked }
        guard let asked = TransferHeader(header) else { return .failed(.protocolError) }
        flow = asked.flow
        (up, down, exchanges) = (asked.up, asked.down, asked.exchanges)
        isEndless =
            exchanges == .max || up == TransferHeader.endless || down == TransferHeader.endless
        sendsData = down >= up
        beginExchange()
        return .done
    }

    private func beginExchange() {
        receiveLeft = up
        phase = .receiving
    }

    /// The request is here.
    func answer() {
        sendLeft = down
        phase = .sending
    }

    /// The answer is on its way.
    func endExchange() {
        if exchanges != .max { exchanges -= 1 }
        guard exchanges == 0 else { return beginExchange() }
        // First to close, so that the time wait is here and not on the client's ports.
        shutDown()
        phase = .draining
    }
}
