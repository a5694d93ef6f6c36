import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import GRPC

/// Calls whose answers go on.
@Suite struct StreamTests {
    private static let headers = Frame(
        Frame.Kind.headers, flags: Frame.Flag.endHeaders, stream: 1,
        HeaderEncoder.encode([(":status", "200"), ("content-type", "application/grpc")]))

    private static func end(_ status: String, _ words: String = "") -> Frame {
        Frame(
            Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream, stream: 1,
            HeaderEncoder.encode([
                (":status", "200"), ("grpc-status", status), ("grpc-message", words),
            ]))
    }

    private static func data(_ bytes: [UInt8]) -> Frame {
        Frame(Frame.Kind.data, stream: 1, bytes)
    }

    /// Reads messages until there are as many, or the call is over.
    private func take(_ count: Int, from stream: inout GRPCStream) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while messages.count < count, !stream.isOver {
            let ready = try Poll.wait(
                [.reading(stream.descriptor)], until: KernelClock.monotonic() + 5_000_000_000)
            try #require(!ready.isEmpty)
            messages += try stream.messages()
        }
        return messages
    }

    @Test func takesMessagesAsTheyCome() throws {
        let directory = try TemporaryDirectory()
        let pings = (0..<3).map { Frame(Frame.Kind.ping, [UInt8](repeating: $0, count: 8)) }
        let server = try FakeServer(
            at: directory.path.appending("s"),
            FakeServer.answering(
                [
                    .settings([]), Self.headers, Self.data([0, 0, 0, 0, 1, 7, 0, 0]), pings[0],
                    Self.data([0, 0]), Self.data([2, 8, 9, 0, 0, 0, 0, 0]), pings[1],
                ]))
        try withExtendedLifetime(server) {
            var stream = try GRPCStream(to: server.path, "test.Service/Watch")
            #expect(try take(3, from: &stream) == [[7], [8, 9], []])
            let isOver = stream.isOver
            #expect(!isOver)
            // Nothing more: it returns all the same.
            #expect(try stream.messages().isEmpty)
        }
    }

    /// More than the windows hold comes through, which it only does when they are opened again; and
    /// the server's pings are answered.
    @Test func opensTheWindowAgain() throws {
        let directory = try TemporaryDirectory()
        let size = 10_000
        let count = 50
        let message = [0] + Frame.bigEndian(UInt32(size)) + [UInt8](repeating: 1, count: size)
        let server = try FakeServer(at: directory.path.appending("s")) { connection in
            func send(_ frame: Frame) {
                let bytes = frame.bytes
                _ = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            }
            send(.settings([]))
            send(Self.headers)
            var (input, preface): ([UInt8], Int) = ([], 24)
            var windows = [UInt32: Int]()
            var pings = 0
            var sent = 0
            func room() -> Int {
                min(65535 + windows[0, default: 0], 65535 + windows[1, default: 0])
                    - sent * (size + 5)
            }
            while sent < count || pings < count {
                while sent < count, room() >= size + 5 {
                    send(Self.data(message))
                    send(Frame(Frame.Kind.ping, [UInt8](repeating: 1, count: 8)))
                    sent += 1
                }
                var space = [UInt8](repeating: 0, count: 65536)
                let got = read(connection, &space, space.count)
                guard got > 0 else { return }
                input += space[..<got]
                guard input.count >= preface else { continue }
                input.removeFirst(preface)
                preface = 0
                while let parsed = try? Frame.parse(input[...]) {
                    input.removeFirst(parsed.size)
                    let frame = parsed.frame
                    if frame.kind == Frame.Kind.windowUpdate {
                        windows[frame.stream, default: 0] += Int((try? frame.number()) ?? 0)
                    } else if frame.kind == Frame.Kind.ping {
                        pings += 1
                    }
                }
            }
            send(Self.end("0"))
            var space = [UInt8](repeating: 0, count: 65536)
            while read(connection, &space, space.count) > 0 {}
        }
        try withExtendedLifetime(server) {
            var stream = try GRPCStream(to: server.path, "test.Service/Watch")
            let messages = try take(.max, from: &stream)
            #expect(messages.count == count)
            #expect(messages.allSatisfy { $0.count == size })
        }
    }

    private func failure(_ serve: (@Sendable (CInt) -> Void)?) throws -> GRPCError {
        let directory = try TemporaryDirectory()
        let server = try FakeServer(at: directory.path.appending("s"), serve)
        return try withExtendedLifetime(server) {
            try #require(throws: GRPCError.self) {
                var stream = try GRPCStream(to: server.path, "test.Service/Watch")
                _ = try take(.max, from: &stream)
            }
        }
    }

    @Test func saysHowItEnded() throws {
        let unknown = try failure(
            FakeServer.answering([.settings([]), Self.end("12", "unknown method Watch")]))
        #expect(unknown.code == .unimplemented)
        #expect(unknown.reason == "unknown method Watch")
        let late = try failure(
            FakeServer.answering([
                .settings([]), Self.headers, Self.data([0, 0, 0, 0, 0]),
                Self.end("14", "stopping"),
            ]))
        #expect(late.reason == "stopping")
        let gone = try failure(
            FakeServer.sending(
                [Frame.settings([]), Self.headers].flatMap(\.bytes), thenNothing: true))
        #expect(gone.code == .closed)
        let compressed = try failure(
            FakeServer.answering([
                .settings([]), Self.headers, Self.data([1, 0, 0, 0, 1, 7]),
            ]))
        #expect(compressed.code == .malformed)
        #expect(try failure(FakeServer.sending(Array("HTTP/1.1 200 OK\r\n".utf8))).code == .notGRPC)
    }

    /// One that never answers costs nothing but the wait.
    @Test func neverWaits() throws {
        let directory = try TemporaryDirectory()
        let server = try FakeServer(at: directory.path.appending("s"), nil)
        try withExtendedLifetime(server) {
            var stream = try GRPCStream(to: server.path, "test.Service/Watch")
            #expect(try stream.messages().isEmpty)
            // The queue of connections is full.
            let error = try #require(throws: GRPCError.self) {
                _ = try GRPCStream(to: server.path, "test.Service/Watch")
            }
            #expect(error.code == .timedOut)
        }
    }
}
