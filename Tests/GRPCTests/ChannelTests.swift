import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import GRPC

/// What servers may answer, and what listens where none is.
@Suite struct ChannelTests {
    private static let headers = HeaderEncoder.encode([
        (":status", "200"), ("content-type", "application/grpc"),
    ])
    private static let ok = HeaderEncoder.encode([("grpc-status", "0")])

    private static func answer(_ message: [UInt8]) -> [Frame] {
        [
            .settings([]),
            Frame(Frame.Kind.headers, flags: Frame.Flag.endHeaders, stream: 1, headers),
            Frame(
                Frame.Kind.data, stream: 1,
                [0] + Frame.bigEndian(UInt32(message.count)) + message),
            Frame(
                Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream, stream: 1,
                ok),
        ]
    }

    private func call(
        _ serve: (@Sendable (CInt) -> Void)?, request: ProtobufWriter = ProtobufWriter(),
        timeout: Duration = .seconds(5)
    ) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let server = try FakeServer(at: directory.path.appending("s"), serve)
        return try withExtendedLifetime(server) {
            var channel = try GRPCChannel(to: server.path, timeout: timeout)
            return try channel.call("test.Service/Method", request, timeout: timeout)
        }
    }

    private func failure(
        _ serve: (@Sendable (CInt) -> Void)?, timeout: Duration = .seconds(5)
    ) throws -> GRPCError {
        try #require(throws: GRPCError.self) { _ = try call(serve, timeout: timeout) }
    }

    @Test func takesAnAnswer() throws {
        #expect(try call(FakeServer.answering(Self.answer([1, 2, 3]))) == [1, 2, 3])
        #expect(try call(FakeServer.answering(Self.answer([]))) == [])
    }

    /// Padding, priority, a block in pieces, pings, unknown frames, and data in pieces.
    @Test func takesAllThatServersMaySend() throws {
        let half = Self.headers.count / 2
        let frames: [Frame] = [
            .settings([(key: 1, value: 0), (key: 99, value: 7), (key: 4, value: 100)]),
            Frame(Frame.Kind.ping, [UInt8](repeating: 7, count: 8)),
            .windowUpdate(0, 100),
            Frame(0xbe, stream: 1, [1]),
            Frame(
                Frame.Kind.headers, flags: Frame.Flag.padded | Frame.Flag.priority, stream: 1,
                [2, 0, 0, 0, 0, 9] + Self.headers[..<half] + [0, 0]),
            Frame(
                Frame.Kind.continuation, flags: Frame.Flag.endHeaders, stream: 1,
                Array(Self.headers[half...])),
            Frame(Frame.Kind.data, flags: Frame.Flag.padded, stream: 1, [1, 0, 0, 0, 0, 0]),
            Frame(Frame.Kind.data, stream: 1, [2, 5]),
            Frame(Frame.Kind.data, stream: 1, [6]),
            Frame(
                Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream, stream: 1,
                Self.ok),
        ]
        #expect(try call(FakeServer.answering(frames)) == [5, 6])
    }

    /// A request larger than the windows is sent as they grow, and no faster.
    @Test func keepsToTheWindow() throws {
        let answer = Self.answer([4]).dropFirst().flatMap(\.bytes)
        let serve: @Sendable (CInt) -> Void = { connection in
            func send(_ bytes: [UInt8]) {
                _ = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            }
            send(Frame.settings([]).bytes)
            var input: [UInt8] = []
            var size = 0
            var isLast = false
            input.reserveCapacity(1 << 20)
            var preface = 24
            while !isLast {
                var space = [UInt8](repeating: 0, count: 65536)
                let count = read(connection, &space, space.count)
                guard count > 0 else { return }
                input += space[..<count]
                if preface > 0, input.count >= preface {
                    input.removeFirst(preface)
                    preface = 0
                }
                while preface == 0, let parsed = try? Frame.parse(input[...]) {
                    input.removeFirst(parsed.size)
                    guard parsed.frame.kind == Frame.Kind.data else { continue }
                    size += parsed.frame.payload.count
                    isLast = parsed.frame.has(Frame.Flag.endStream)
                    if size == 65535 {
                        send(Frame.windowUpdate(0, 1 << 20).bytes)
                        send(Frame.windowUpdate(1, 1 << 20).bytes)
                    }
                }
            }
            if size == 200_000 + 5 + 4 { send(answer) }
            var space = [UInt8](repeating: 0, count: 65536)
            while read(connection, &space, space.count) > 0 {}
        }
        var request = ProtobufWriter()
        request.add(1, String(repeating: "x", count: 200_000))
        #expect(try call(serve, request: request) == [4])
    }

    @Test func saysWhatTheServerSays() throws {
        let trailers = HeaderEncoder.encode([
            (":status", "200"), ("grpc-status", "12"), ("grpc-message", "unknown%20service"),
        ])
        let error = try failure(
            FakeServer.answering([
                .settings([]),
                Frame(
                    Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream,
                    stream: 1, trailers),
            ]))
        #expect(error.code == .unimplemented)
        #expect(error.reason == "unknown service")
        #expect(error.subject.hasSuffix(" test.Service/Method"))
    }

    @Test func otherServers() throws {
        let http = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        #expect(try failure(FakeServer.sending(http)).code == .notGRPC)
        #expect([.notGRPC, .closed].contains(try failure({ _ in }).code))
        let web = [
            Frame.settings([]),
            Frame(
                Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream, stream: 1,
                HeaderEncoder.encode([(":status", "404")])),
        ]
        let error = try failure(FakeServer.answering(web))
        #expect(error.code == .notGRPC)
        #expect(error.reason.contains("HTTP status 404"))
    }

    @Test func nobodyThere() throws {
        let directory = try TemporaryDirectory()
        func code(_ path: FilePath) throws -> GRPCError.Code {
            try #require(throws: GRPCError.self) {
                _ = try GRPCChannel(to: path, timeout: .seconds(1))
            }.code
        }
        #expect(try code(directory.path.appending("none")) == .noSocket)
        #expect(try code(directory.write("", to: "file")) == .refused)
        #expect(try code(FilePath("/" + String(repeating: "x", count: 200))) == .noSocket)
        let path = directory.path.appending("s")
        _ = try FakeServer(at: path, nil)
        #expect(try code(path) == .refused)
    }

    /// One that accepts and is silent, one that never accepts, and one that talks without end.
    @Test func hangs() throws {
        let clock = ContinuousClock()
        let time = try clock.measure {
            let silent = try failure(FakeServer.sending([]), timeout: .milliseconds(100))
            #expect(silent.code == .timedOut)
            #expect(silent.reason == "no answer in time")
            #expect(try failure(nil, timeout: .milliseconds(100)).code == .timedOut)
            let pings = (0..<2000).map { _ in
                Frame(Frame.Kind.ping, [UInt8](repeating: 0, count: 8))
            }
            let chatty = FakeServer.answering([.settings([])] + pings)
            #expect(try failure(chatty, timeout: .milliseconds(200)).code == .timedOut)
        }
        #expect(time < .seconds(5))
    }

    @Test(arguments: [
        Frame(Frame.Kind.pushPromise, stream: 1, [0, 0, 0, 2]),
        Frame(Frame.Kind.continuation, stream: 1),
        Frame(Frame.Kind.settings, [1]), Frame(Frame.Kind.windowUpdate, [1]),
        Frame(Frame.Kind.windowUpdate, [0, 0, 0, 0]),
        Frame(Frame.Kind.windowUpdate, [0x7f, 0xff, 0xff, 0xff]),
        Frame(Frame.Kind.headers, flags: Frame.Flag.endHeaders, stream: 1, [0x80]),
        Frame(Frame.Kind.data, flags: Frame.Flag.padded, stream: 1, [9, 1]),
        Frame.settings([(key: 5, value: 1)]), Frame.settings([(key: 4, value: 0x8000_0000)]),
    ]) func refuses(frame: Frame) throws {
        let error = try failure(FakeServer.answering([.settings([]), frame]))
        #expect(error.code == .malformed)
    }

    /// Answers with some bytes that aren't right end in an answer or an error, in no time.
    @Test func survivesNoise() throws {
        let valid = Self.answer([1, 2, 3]).flatMap(\.bytes)
        var generator = SeededGenerator(state: 7)
        var answers = 0
        for _ in 0..<500 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            do {
                _ = try call(FakeServer.sending(bytes, thenNothing: true))
                answers += 1
            } catch let error as GRPCError {
                #expect(error.code != .timedOut)
            }
        }
        #expect((1..<500).contains(answers))
    }

    @Test func givenUp() throws {
        let reset = Frame(Frame.Kind.resetStream, stream: 1, [0, 0, 0, 8])
        #expect(try failure(FakeServer.answering([.settings([]), reset])).code == .closed)
        let away = Frame(Frame.Kind.goAway, [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(try failure(FakeServer.answering([.settings([]), away])).code == .closed)
        var short = Self.answer([1, 2])
        short[2].payload.removeLast()
        #expect(try failure(FakeServer.answering(short)).code == .malformed)
    }
}
