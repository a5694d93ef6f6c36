import CShim
import Glibc
import Host
import SystemPackage

/// A client's connection: one request after the other.
final class HTTPConnection {
    private static let maximumRequest = 8192

    private let socket: OwnedDescriptor
    private var input: [UInt8] = []
    private var output: ArraySlice<UInt8> = []
    /// The client has said its last, or is to hear ours.
    private var isLast = false
    private(set) var isOver = false
    /// When it must have got on, in ns.
    private(set) var deadline: UInt64

    init(_ socket: consuming OwnedDescriptor, now: UInt64) {
        self.socket = socket
        deadline = now + HTTPServer.patience
    }

    var interest: PollInterest {
        output.isEmpty ? .reading(socket.raw) : .writing(socket.raw)
    }

    /// Does what can be done without waiting.
    func handle(now: UInt64, _ respond: (HTTPRequest) -> HTTPResponse) {
        if output.isEmpty {
            receive()
            answer(now, respond)
        }
        send()
    }

    /// Says so to a client that is too slow, and hangs up.
    func expire() {
        if output.isEmpty && !input.isEmpty {
            refuse(.timedOut)
            send()
        }
        isOver = true
    }

    private func receive() {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.maximumRequest) { space, used in
            let count = recv(socket.raw.rawValue, space.baseAddress, space.count, 0)
            used = max(0, count)
            if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { isOver = true }
        }
        input += bytes
    }

    /// Answers the request, if all of it is there.
    private func answer(_ now: UInt64, _ respond: (HTTPRequest) -> HTTPResponse) {
        guard !isOver else { return }
        guard let end = endOfHead() else {
            if input.count >= Self.maximumRequest { refuse(.tooLarge) }
            return
        }
        switch HTTPRequest.parse(input[..<end.head]) {
        case .request(let request):
            // One that doesn't wait for the answer has to ask again.
            isLast = !request.keepsAlive || end.next < input.count
            output = respond(request).bytes(isHead: request.isHead, keepsAlive: !isLast)[...]
        case .refused(let response):
            refuse(response)
        }
        input = []
        deadline = now + HTTPServer.patience
    }

    private func refuse(_ response: HTTPResponse) {
        isLast = true
        output = response.bytes(isHead: false, keepsAlive: false)[...]
    }

    /// Where the head ends, and what follows begins.
    private func endOfHead() -> (head: Int, next: Int)? {
        for (index, byte) in input.prefix(Self.maximumRequest).enumerated()
        where byte == UInt8(ascii: "\n") && index > 0 {
            if input[index - 1] == UInt8(ascii: "\n") { return (index - 1, index + 1) }
            if index > 2, input[(index - 3)..<index].elementsEqual("\r\n\r".utf8) {
                return (index - 3, index + 1)
            }
        }
        return nil
    }

    private func send() {
        while !output.isEmpty && !isOver {
            let count = output.withUnsafeBytes {
                Glibc.send(socket.raw.rawValue, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count >= 0 {
                output = output.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                isOver = true
            }
        }
        if isLast { isOver = true }
    }
}
