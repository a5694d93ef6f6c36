import SystemPackage

/// Calls with one request and one answer over gRPC, through a unix socket and without TLS: what the
/// kubelet's interfaces speak. One at a time, each with a time-out; after a failure other than the
/// server's own word the channel is of no more use.
package struct GRPCChannel: ~Copyable {
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
        try answer.checkStatus()
        return try answer.message()
    }

    private mutating func exchange(
        _ method: String, _ request: [UInt8], _ deadline: Deadline
    ) throws(GRPCError) -> Answer {
        let stream = try connection.open(
            Answer.request(method, timeout: deadline), deadline)
        var rest = Answer.framed(request)[...]
        var answer = Answer(on: stream, of: method, from: path)
        while !answer.isComplete {
            let room = min(connection.window, connection.maximumFrame)
            if !rest.isEmpty && room > 0 {
                let part = rest.prefix(room)
                rest = rest.dropFirst(part.count)
                try connection.send(data: part, isLast: rest.isEmpty, deadline)
            } else if let event = try connection.next(deadline) {
                try answer.add(event)
            }
        }
        return answer
    }
}
