import SystemPackage

/// A call with one request and answers that go on, over a connection of its own. Nothing waits: an
/// event loop polls the descriptor.
package struct GRPCStream: ~Copyable {
    /// More at a time is a server that leaves no time for anything else.
    private static let maximumFrames = 100_000

    private var connection: Connection
    private var answer: Answer

    /// Connects and asks `SERVICE/METHOD` with a short message.
    package init(
        to path: FilePath, _ method: String, _ request: ProtobufWriter = ProtobufWriter()
    ) throws(GRPCError) {
        var connection = try Connection(to: path, nil)
        let stream = try connection.open(Answer.request(method, timeout: nil), nil)
        let message = Answer.framed(request.bytes)
        precondition(message.count <= connection.maximumFrame)
        try connection.send(data: message[...], isLast: true, nil)
        answer = Answer(on: stream, of: method, from: path)
        self.connection = connection
    }

    /// Readable when something has come.
    package var descriptor: FileDescriptor { connection.descriptor }

    /// Whether the server has ended it, with all being well.
    package var isOver: Bool { answer.isComplete }

    /// The messages that have come since. Throws when the server ends the call with an error, or the
    /// connection fails: the stream is of no more use then.
    package mutating func messages() throws(GRPCError) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for _ in 0..<Self.maximumFrames {
            guard !answer.isComplete, let event = try connection.next(nil) else {
                if answer.isComplete { try answer.checkStatus() }
                return messages
            }
            try answer.add(event)
            messages += try answer.takeMessages()
        }
        throw answer.malformed("the server talks without end")
    }
}
