/// Why a call over gRPC, or the way to its server, failed.
package struct GRPCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// There is no such file.
        package static let noSocket = Code(rawValue: "noSocket")
        /// Nobody listens, or it is no socket.
        package static let refused = Code(rawValue: "refused")
        package static let permission = Code(rawValue: "permission")
        /// No answer, or not all of it, in time.
        package static let timedOut = Code(rawValue: "timedOut")
        /// The other end speaks something else.
        package static let notGRPC = Code(rawValue: "notGRPC")
        /// The other end hung up.
        package static let closed = Code(rawValue: "closed")
        /// What came breaks the rules of HTTP/2, HPACK, gRPC or protobuf.
        package static let malformed = Code(rawValue: "malformed")
        /// The server doesn't have the method or the service.
        package static let unimplemented = Code(rawValue: "unimplemented")
        package static let notFound = Code(rawValue: "notFound")
        /// The server says that the call failed.
        package static let status = Code(rawValue: "status")
        /// A system call failed otherwise.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    /// The socket's path, with the method where one was called.
    package let subject: String
    package let reason: String

    package init(_ code: Code, on subject: String, because reason: String) {
        self.code = code
        self.subject = subject
        self.reason = reason
    }

    package var description: String { "\(subject): \(reason)" }
}

/// What is wrong with bytes that came; where they came from is added further up.
struct WireError: Error, Equatable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
