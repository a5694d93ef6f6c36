import Glibc
import Host
import SystemPackage
import TestSupport

@testable import GRPC

/// A listening unix socket whose one connection a closure serves, on a thread of its own.
final class FakeServer: Sendable {
    let path: FilePath
    private let listener: OwnedDescriptor

    /// - Parameter serve: gets the connection's descriptor, which is closed after it; nil: connections
    ///   are never accepted.
    init(at path: FilePath, _ serve: (@Sendable (CInt) -> Void)?) throws {
        self.path = path
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        listener = OwnedDescriptor(FileDescriptor(rawValue: number))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(number, 0) == 0 else {
            throw TestSupportError("cannot listen at \(path)")
        }
        guard let serve else { return }
        Thread.start {
            let connection = accept(number, nil, nil)
            guard connection >= 0 else { return }
            serve(connection)
            close(connection)
        }
    }

    /// Writes frames, whatever was asked, then reads until the client hangs up.
    static func answering(_ frames: [Frame]) -> @Sendable (CInt) -> Void {
        sending(frames.flatMap(\.bytes))
    }

    static func sending(
        _ bytes: [UInt8], thenNothing: Bool = false
    ) -> @Sendable (CInt) -> Void {
        { connection in
            _ = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            if thenNothing { shutdown(connection, CInt(SHUT_WR)) }
            var space = [UInt8](repeating: 0, count: 65536)
            while read(connection, &space, space.count) > 0 {}
        }
    }
}

/// A detached thread.
private enum Thread {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}
