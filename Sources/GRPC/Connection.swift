import SystemPackage

/// The HTTP/2 of a client that makes one request at a time (RFC 9113): frames, header blocks, and
/// what the server may do to the connection meanwhile. Without a deadline nothing waits.
struct Connection: ~Copyable {
    enum Event {
        case headers(stream: UInt32, [HeaderTable.Field], isLast: Bool)
        case data(stream: UInt32, ArraySlice<UInt8>, isLast: Bool)
        case reset(stream: UInt32, code: UInt32)
        /// The window grew, or the like: look again.
        case other
    }

    /// A header block that goes on for longer isn't one.
    private static let maximumBlock = 1 << 18
    private static let refusedStream: UInt32 = 7
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let socket: UnixSocket
    private let path: FilePath
    private var received: [UInt8] = []
    private var decoder = HeaderDecoder()
    private var block: (stream: UInt32, isLast: Bool, bytes: [UInt8])?
    private var hasGreeted = false
    private var lastStream = UInt32.max

    /// How much the server takes now, on the connection and on the stream that is open.
    private var connectionWindow = 65535
    private var streamWindow = 0
    private var initialWindow = 65535
    private(set) var maximumFrame = Frame.defaultMaximumSize
    private var stream: UInt32 = 0

    init(to path: FilePath, _ deadline: Deadline?) throws(GRPCError) {
        let socket = try UnixSocket(connectedTo: path, deadline)
        let settings = Frame.settings([(key: Frame.Setting.enablePush, value: 0)])
        try socket.send(Self.preface + settings.bytes, deadline)
        self.path = path
        self.socket = socket
    }

    /// Readable when something has come.
    var descriptor: FileDescriptor { socket.raw }

    /// What may be sent now.
    var window: Int { min(connectionWindow, streamWindow) }

    /// Opens a stream with its headers.
    mutating func open(_ headers: [UInt8], _ deadline: Deadline?) throws(GRPCError) -> UInt32 {
        stream = stream == 0 ? 1 : stream + 2
        guard stream <= lastStream else {
            throw GRPCError(.closed, on: path.string, because: "the server is going away")
        }
        streamWindow = initialWindow
        try send(
            Frame(Frame.Kind.headers, flags: Frame.Flag.endHeaders, stream: stream, headers),
            deadline)
        return stream
    }

    /// At most what the window and ``maximumFrame`` allow.
    mutating func send(
        data: ArraySlice<UInt8>, isLast: Bool, _ deadline: Deadline?
    ) throws(GRPCError) {
        connectionWindow -= data.count
        streamWindow -= data.count
        try send(
            Frame(
                Frame.Kind.data, flags: isLast ? Frame.Flag.endStream : 0, stream: stream,
                Array(data)), deadline)
    }

    /// Waits for a frame and does what it asks of the connection; nil: none, and no deadline.
    mutating func next(_ deadline: Deadline?) throws(GRPCError) -> Event? {
        guard let frame = try receive(deadline) else { return nil }
        var replies: [Frame] = []
        let event: Event
        do throws(WireError) {
            event = try handle(frame, &replies)
        } catch {
            throw malformed(error)
        }
        for reply in replies { try send(reply, deadline) }
        return event
    }

    private mutating func handle(
        _ frame: Frame, _ replies: inout [Frame]
    ) throws(WireError) -> Event {
        guard (block == nil) == (frame.kind != Frame.Kind.continuation) else {
            throw WireError("header blocks out of order")
        }
        switch frame.kind {
        case Frame.Kind.settings where !frame.has(Frame.Flag.acknowledgement):
            for (key, value) in try frame.settings() { try set(key, Int(value)) }
            replies = [Frame(Frame.Kind.settings, flags: Frame.Flag.acknowledgement)]
        case Frame.Kind.ping where !frame.has(Frame.Flag.acknowledgement):
            replies = [
                Frame(
                    Frame.Kind.ping, flags: Frame.Flag.acknowledgement,
                    Array(frame.payload.prefix(8)))
            ]
        case Frame.Kind.windowUpdate:
            let increment = Int(try frame.number() & UInt32(Frame.maximumWindow))
            if frame.stream == 0 {
                connectionWindow = try grown(connectionWindow, by: increment)
            } else if frame.stream == stream {
                streamWindow = try grown(streamWindow, by: increment)
            }
        case Frame.Kind.headers, Frame.Kind.continuation:
            return try headers(frame)
        case Frame.Kind.data:
            let isLast = frame.has(Frame.Flag.endStream)
            if !frame.payload.isEmpty {
                replies.append(.windowUpdate(0, frame.payload.count))
                if !isLast { replies.append(.windowUpdate(frame.stream, frame.payload.count)) }
            }
            return .data(stream: frame.stream, try frame.content(), isLast: isLast)
        case Frame.Kind.resetStream:
            return .reset(stream: frame.stream, code: try frame.number())
        case Frame.Kind.goAway:
            lastStream = try frame.number() & UInt32(Frame.maximumWindow)
            if stream > lastStream { return .reset(stream: stream, code: Self.refusedStream) }
        case Frame.Kind.pushPromise:
            throw WireError("a push that was forbidden")
        default: break
        }
        return .other
    }

    /// The block is decoded whosever it is: the connection has one table for all.
    private mutating func headers(_ frame: Frame) throws(WireError) -> Event {
        var current =
            block ?? (frame.stream, frame.has(Frame.Flag.endStream), [])
        guard current.stream == frame.stream else { throw WireError("header blocks out of order") }
        current.bytes += frame.kind == Frame.Kind.headers ? try frame.content() : frame.payload[...]
        guard current.bytes.count <= Self.maximumBlock else {
            throw WireError("a header block without end")
        }
        guard frame.has(Frame.Flag.endHeaders) else {
            block = current
            return .other
        }
        block = nil
        return .headers(
            stream: current.stream, try decoder.decode(current.bytes), isLast: current.isLast)
    }

    private mutating func set(_ key: Int, _ value: Int) throws(WireError) {
        switch key {
        case Frame.Setting.initialWindowSize:
            guard value <= Frame.maximumWindow else { throw WireError("a window too large") }
            // It moves the windows of open streams, too (6.9.2).
            streamWindow += value - initialWindow
            initialWindow = value
        case Frame.Setting.maximumFrameSize:
            guard (Frame.defaultMaximumSize..<1 << 24).contains(value) else {
                throw WireError("frames of a size that can't be")
            }
            maximumFrame = value
        default: break
        }
    }

    private func grown(_ window: Int, by increment: Int) throws(WireError) -> Int {
        guard increment > 0, window + increment <= Frame.maximumWindow else {
            throw WireError("a window that can't grow by \(increment)")
        }
        return window + increment
    }

    private mutating func receive(_ deadline: Deadline?) throws(GRPCError) -> Frame? {
        while true {
            do throws(WireError) {
                if let (frame, size) = try Frame.parse(received[...]) {
                    received.removeFirst(size)
                    try greet(frame)
                    return frame
                }
            } catch {
                guard hasGreeted else { throw notHTTP2 }
                throw malformed(error)
            }
            guard let more = try socket.receive(deadline) else { return nil }
            guard !more.isEmpty else {
                guard hasGreeted else { throw notHTTP2 }
                throw GRPCError(.closed, on: path.string, because: "the server hung up")
            }
            received += more
        }
    }

    /// A server's first frame is its settings (3.4): anything else isn't HTTP/2.
    private mutating func greet(_ frame: Frame) throws(WireError) {
        guard hasGreeted || frame.kind == Frame.Kind.settings else { throw WireError("") }
        hasGreeted = true
    }

    private var notHTTP2: GRPCError {
        GRPCError(.notGRPC, on: path.string, because: "what listens there doesn't speak HTTP/2")
    }

    private func send(_ frame: Frame, _ deadline: Deadline?) throws(GRPCError) {
        try socket.send(frame.bytes, deadline)
    }

    private func malformed(_ error: WireError) -> GRPCError {
        GRPCError(.malformed, on: path.string, because: "its answer isn't valid: \(error.reason)")
    }
}
