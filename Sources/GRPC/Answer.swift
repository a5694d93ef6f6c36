import SystemPackage

/// What comes on the stream of a call.
struct Answer {
    /// No more is kept.
    private static let maximumSize = 64 << 20
    /// More than any server has to say.
    private static let maximumHeaders = 1024

    private let path: FilePath
    private let method: String
    private let stream: UInt32
    private var headers: [HeaderTable.Field] = []
    private var data: [UInt8] = []
    private(set) var isComplete = false

    init(on stream: UInt32, of method: String, from path: FilePath) {
        self.path = path
        self.method = method
        self.stream = stream
    }

    /// The header fields of a call.
    static func request(_ method: String, timeout: Deadline?) -> [UInt8] {
        HeaderEncoder.encode(
            [
                (":method", "POST"), (":scheme", "http"), (":path", "/" + method),
                (":authority", "localhost"), ("content-type", "application/grpc"),
                ("te", "trailers"),
            ] + (timeout.map { [("grpc-timeout", "\(max(1, $0.milliseconds))m")] } ?? []))
    }

    /// Each message goes with a byte that says "not compressed", and its length.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        [0] + Frame.bigEndian(UInt32(message.count)) + message
    }

    mutating func add(_ event: Connection.Event) throws(GRPCError) {
        switch event {
        case .headers(stream, let fields, let isLast):
            guard headers.count + fields.count <= Self.maximumHeaders else {
                throw malformed("its answer has header fields without end")
            }
            headers += fields
            isComplete = isLast
        case .data(stream, let bytes, let isLast):
            guard data.count + bytes.count <= Self.maximumSize else {
                throw malformed("an answer of more than \(Self.maximumSize >> 20) MiB")
            }
            data += bytes
            isComplete = isLast
        case .reset(stream, let code):
            throw GRPCError(
                .closed, on: path.string, because: "the server gave the call up (code \(code))")
        default: break
        }
    }

    /// Throws what the server says of a call that is complete, unless all is well.
    func checkStatus() throws(GRPCError) {
        guard let text = value("grpc-status"), let status = Int(text) else {
            let http = value(":status") ?? "none"
            throw GRPCError(
                .notGRPC, on: path.string,
                because: "what listens there speaks HTTP/2 but not gRPC (HTTP status \(http))")
        }
        guard status != 0 else { return }
        let code: GRPCError.Code =
            switch status {
            case 4: .timedOut
            case 5: .notFound
            case 7: .permission
            case 12: .unimplemented
            default: .status
            }
        let words = Self.unescape(value("grpc-message") ?? "")
        throw GRPCError(
            code, on: "\(path) \(method)",
            because: words.isEmpty ? "gRPC status \(status)" : words)
    }

    /// The only message.
    func message() throws(GRPCError) -> [UInt8] {
        guard data.count >= 5, data[0] == 0, Int(Frame.number(data[1..<5])) == data.count - 5 else {
            throw malformed("its answer isn't one plain message")
        }
        return Array(data[5...])
    }

    /// Takes the messages that are there as a whole.
    mutating func takeMessages() throws(GRPCError) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var rest = data[...]
        while rest.count >= 5 {
            let start = rest.startIndex
            let size = Int(Frame.number(rest[(start + 1)..<(start + 5)]))
            guard rest[start] == 0, size <= Self.maximumSize else {
                throw malformed("its answer isn't plain messages")
            }
            guard rest.count >= 5 + size else { break }
            messages.append(Array(rest[(start + 5)..<(start + 5 + size)]))
            rest = rest.dropFirst(5 + size)
        }
        data = Array(rest)
        return messages
    }

    private func value(_ name: String) -> String? { headers.last { $0.name == name }?.value }

    func malformed(_ reason: String) -> GRPCError {
        GRPCError(.malformed, on: path.string, because: reason)
    }

    /// Percent-encoding, as `grpc-message` has it.
    static func unescape(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
