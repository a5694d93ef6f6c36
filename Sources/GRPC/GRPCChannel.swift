import SystemPackage

/// Calls with one request and one answer over gRPC, through a unix socket and without TLS: what the
/// kubelet's interfaces speak. One at a time, each with a time-out; after a failure other than the
/// server's own word the channel is of no more use.
package struct GRPCChannel: ~Copyable {
    /// No larger answer is taken.
    private static let maximumAnswer = 64 << 20
    /// More than any server has to say.
    private static let maximumHeaders = 1024

    private var connection: Connection
    private let path: FilePath
    private var isBroken = false

    /// Connects.
    package init(to path: FilePath, timeout: Duration) throws(GRPCError) {
        self.path = path
        connection = try Connection(to: path, Deadline(in: timeout))
    }

    /// Calls `SERVICE/METHOD` with a message and returns the answer.
    package mutating func call(
        _ method: String, _ request: ProtobufWriter, timeout: Duration
    ) throws(GRPCError) -> [UInt8] {
        guard !isBroken else {
            throw GRPCError(.closed, on: path.string, because: "the connection failed before")
        }
        let answer: Answer
        do throws(GRPCError) {
            answer = try exchange(method, request.bytes, Deadline(in: timeout))
        } catch {
            isBroken = true
            throw error
        }
        return try message(in: answer, method)
    }

    /// What came on the stream.
    private struct Answer {
        var headers: [HeaderTable.Field] = []
        var data: [UInt8] = []
        var isComplete = false

        func value(_ name: String) -> String? { headers.last { $0.name == name }?.value }
    }

    private mutating func exchange(
        _ method: String, _ request: [UInt8], _ deadline: Deadline
    ) throws(GRPCError) -> Answer {
        let stream = try connection.open(
            HeaderEncoder.encode([
                (":method", "POST"), (":scheme", "http"), (":path", "/" + method),
                (":authority", "localhost"), ("content-type", "application/grpc"),
                ("te", "trailers"), ("grpc-timeout", "\(max(1, deadline.milliseconds))m"),
            ]), deadline)
        // Each message goes with a byte that says "not compressed", and its length.
        let framed = [0] + Frame.bigEndian(UInt32(request.count)) + request
        var rest = framed[...]
        var answer = Answer()
        while !answer.isComplete {
            let room = min(connection.window, connection.maximumFrame)
            if !rest.isEmpty && room > 0 {
                let part = rest.prefix(room)
                rest = rest.dropFirst(part.count)
                try connection.send(data: part, isLast: rest.isEmpty, deadline)
            } else {
                try add(connection.next(deadline), of: stream, to: &answer)
            }
        }
        return answer
    }

    private func add(
        _ event: Connection.Event, of stream: UInt32, to answer: inout Answer
    ) throws(GRPCError) {
        switch event {
        case .headers(stream, let fields, let isLast):
            guard answer.headers.count + fields.count <= Self.maximumHeaders else {
                throw GRPCError(
                    .malformed, on: path.string, because: "its answer has header fields without end"
                )
            }
            answer.headers += fields
            answer.isComplete = isLast
        case .data(stream, let bytes, let isLast):
            guard answer.data.count + bytes.count <= Self.maximumAnswer else {
                throw GRPCError(
                    .malformed, on: path.string,
                    because: "an answer of more than \(Self.maximumAnswer >> 20) MiB")
            }
            answer.data += bytes
            answer.isComplete = isLast
        case .reset(stream, let code):
            throw GRPCError(
                .closed, on: path.string, because: "the server gave the call up (code \(code))")
        default: break
        }
    }

    private func message(in answer: Answer, _ method: String) throws(GRPCError) -> [UInt8] {
        guard let text = answer.value("grpc-status"), let status = Int(text) else {
            let http = answer.value(":status") ?? "none"
            throw GRPCError(
                .notGRPC, on: path.string,
                because: "what listens there speaks HTTP/2 but not gRPC (HTTP status \(http))")
        }
        guard status == 0 else {
            let code: GRPCError.Code =
                switch status {
                case 4: .timedOut
                case 5: .notFound
                case 7: .permission
                case 12: .unimplemented
                default: .status
                }
            let words = Self.unescape(answer.value("grpc-message") ?? "")
            throw GRPCError(
                code, on: "\(path) \(method)",
                because: words.isEmpty ? "gRPC status \(status)" : words)
        }
        let data = answer.data
        guard data.count >= 5, data[0] == 0, Int(Frame.number(data[1..<5])) == data.count - 5 else {
            throw GRPCError(
                .malformed, on: path.string, because: "its answer isn't one plain message")
        }
        return Array(data[5...])
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
