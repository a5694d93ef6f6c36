import Glibc
import Host
import SystemPackage
import TestSupport

@testable import GRPC

/// A container runtime that says its name and hands out events: what a real one does only when it is
/// new enough, and never at the moment that a test wants.
final class FakeRuntime {
    private let listener: OwnedDescriptor
    private var connections: [CInt] = []

    init(at path: FilePath) throws {
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        listener = OwnedDescriptor(FileDescriptor(rawValue: number))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
        path.withPlatformString { _ = unlink($0) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(number, 16) == 0 else {
            throw TestSupportError("cannot listen at \(path)")
        }
    }

    deinit {
        for connection in connections { close(connection) }
    }

    /// Takes the next connection, which must be there, and answers its call, whatever it is.
    func accept(_ frames: [Frame]) throws {
        guard
            try Poll.wait(
                [.reading(listener.raw)], until: KernelClock.monotonic() + 5_000_000_000
            ).count == 1
        else { throw TestSupportError("nobody connects") }
        connections.append(Glibc.accept(listener.raw.rawValue, nil, nil))
        send([.settings([]), Self.headers] + frames)
    }

    /// Sends on the newest connection.
    func send(_ frames: [Frame]) {
        let bytes = frames.flatMap(\.bytes)
        _ = bytes.withUnsafeBytes { write(connections.last!, $0.baseAddress, $0.count) }
    }

    private static let headers = Frame(
        Frame.Kind.headers, flags: Frame.Flag.endHeaders, stream: 1,
        HeaderEncoder.encode([(":status", "200"), ("content-type", "application/grpc")]))

    static func message(_ fill: (inout ProtobufWriter) -> Void = { _ in }) -> Frame {
        var message = ProtobufWriter()
        fill(&message)
        return Frame(Frame.Kind.data, stream: 1, Answer.framed(message.bytes))
    }

    static func end(_ status: String, _ words: String = "") -> Frame {
        Frame(
            Frame.Kind.headers, flags: Frame.Flag.endHeaders | Frame.Flag.endStream, stream: 1,
            HeaderEncoder.encode([("grpc-status", status), ("grpc-message", words)]))
    }

    static func version(_ name: String, _ version: String) -> [Frame] {
        let answer = message {
            $0.add(2, name)
            $0.add(3, version)
        }
        return [answer, end("0")]
    }
}
