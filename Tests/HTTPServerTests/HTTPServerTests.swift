import HTTPServer
import Host
import SystemPackage
import TestSupport
import Testing

@Suite struct HTTPServerTests {
    /// A server and the loop around it, with a clock of its own.
    private final class Loop {
        var server: HTTPServer
        var now: UInt64 = 1_000_000_000
        var body = Array("hello\n".utf8)

        init(_ address: String = "127.0.0.1:0") throws {
            server = try HTTPServer(listening: address)
        }

        var port: UInt16 { UInt16(server.address.split(separator: ":").last!)! }

        func connect(_ text: String = "") throws -> TCPConnection {
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: port)
            try connection.send(Array(text.utf8))
            return connection
        }

        /// Goes round as long as there is anything to do at once; how often it responded.
        @discardableResult
        func run() throws -> Int {
            var count = 0
            while true {
                let ready = try Poll.wait(
                    server.interests, until: KernelClock.monotonic() + 20_000_000)
                if ready.isEmpty { return count }
                server.handle(ready, now: now) { request in
                    count += 1
                    guard request.path == "/metrics" else { return .notFound }
                    return HTTPResponse(
                        contentType: request.accept ?? "text/plain", body: body)
                }
            }
        }

        func advance(by seconds: UInt64) {
            now += seconds * 1_000_000_000
            server.handle([], now: now) { _ in .notFound }
        }

        /// What is answered before the server hangs up.
        func answer(to text: String) throws -> String {
            let connection = try connect(text)
            try run()
            advance(by: 60)
            return connection.rest
        }
    }

    @Test func answers() throws {
        let loop = try Loop()
        #expect(
            try loop.answer(to: "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nACCEPT:  text/x \r\n\r\n")
                == """
                HTTP/1.1 200 OK\r
                Content-Type: text/x\r
                Content-Length: 6\r
                Connection: keep-alive\r
                \r
                hello

                """)
        let head = try loop.answer(to: "HEAD /metrics HTTP/1.0\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(head.hasSuffix("Content-Length: 6\r\nConnection: close\r\n\r\n"))
        #expect(try loop.answer(to: "GET / HTTP/1.1\n\n").hasPrefix("HTTP/1.1 404 "))
    }

    @Test func keepsConnections() throws {
        let loop = try Loop()
        let connection = try loop.connect()
        for _ in 0..<3 {
            try connection.send(Array("GET /metrics HTTP/1.1\r\n\r\n".utf8))
            #expect(try loop.run() == 1)
        }
        try connection.send(Array("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".utf8))
        #expect(try loop.run() == 1)
        #expect(connection.rest.split(separator: "hello\n").count == 4)
    }

    @Test(arguments: [
        ("POST /metrics HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "405"),
        ("GET /metrics HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "400"),
        ("GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
        ("GET /metrics HTTP/2.0\r\n\r\n", "400"), ("GET metrics HTTP/1.1\r\n\r\n", "400"),
        ("GET  /metrics HTTP/1.1\r\n\r\n", "400"), ("GET /metrics\r\n\r\n", "400"),
        ("\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\n: x\r\n\r\n", "400"), ("GET / HTTP/1.1\r\na : x\r\n\r\n", "400"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"), ("\u{16}\u{3}\u{1}\n\n", "400"),
        ("GET /" + String(repeating: "x", count: 9000), "431"), ("GET / HTT", "408"),
    ]) func refuses(request: String, status: String) throws {
        let loop = try Loop()
        let answer = try loop.answer(to: request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("Connection: close"))
    }

    /// Bytes one by one, a client that says nothing, one that doesn't take the answer, and one that
    /// hangs up: each is over in time, and others are served meanwhile.
    @Test func slowClients() throws {
        let loop = try Loop()
        loop.body = [UInt8](repeating: 1, count: 16 << 20)
        let silent = try loop.connect()
        let greedy = try loop.connect("GET /metrics HTTP/1.1\r\n\r\n")
        do { _ = try loop.connect("GET /metrics HTTP/1.1\r\n") }
        let slow = try loop.connect()
        for byte in "GET / HTTP/1.1\r\n\r\n".utf8 {
            try slow.send([byte])
            try loop.run()
        }
        #expect(loop.server.interests.count == 4)
        loop.advance(by: 9)
        try slow.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(try loop.run() == 1)
        loop.advance(by: 2)
        // The listener and the one that asked again.
        #expect(loop.server.interests.count == 2)
        #expect(silent.rest.isEmpty)
        withExtendedLifetime(greedy) {}
        loop.advance(by: 9)
        #expect(loop.server.interests.count == 1)
        #expect(loop.server.deadline == nil)
    }

    @Test func takesNoMoreThanItCan() throws {
        let loop = try Loop()
        let clients = try (0..<40).map { _ in try loop.connect() }
        try loop.run()
        #expect(loop.server.interests.count == 32)
        try clients[39].send(Array("GET /metrics HTTP/1.1\r\n\r\n".utf8))
        #expect(try loop.run() == 0)
        loop.advance(by: 11)
        #expect(try loop.run() == 1)
    }

    @Test func addresses() throws {
        #expect(try HTTPServer(listening: "[::1]:0").address.hasPrefix("[::1]:"))
        let all = try Loop(":0")
        _ = try TCPConnection.connect(to: "127.0.0.1", port: all.port)
        _ = try TCPConnection.connect(to: "::1", port: all.port)
        let busy = try #require(throws: HostError.self) {
            _ = try HTTPServer(listening: ":\(all.port)")
        }
        #expect(busy.description.contains("in use"))
        for text in ["", "9464", "localhost:9464", "127.0.0.1:", "127.0.0.1:65536", "::1", "[]:1"] {
            let error = try #require(throws: HostError.self) {
                _ = try HTTPServer(listening: text)
            }
            #expect(error.advice?.contains("127.0.0.1:9464") == true, "\(text)")
        }
    }
}

extension TCPConnection {
    /// What comes until the other end hangs up, in whatever manner.
    fileprivate var rest: String {
        var bytes: [UInt8] = []
        while let more = try? receive(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
