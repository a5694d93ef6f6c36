import Glibc
import Host
import SystemPackage

/// When to give up waiting, on the monotonic clock.
struct Deadline {
    private let end: UInt64

    init(in timeout: Duration) {
        end = KernelClock.monotonic() + UInt64(max(0, timeout / .nanoseconds(1)))
    }

    /// Rounded up; 0: it has passed.
    var milliseconds: CInt {
        let now = KernelClock.monotonic()
        return end > now ? CInt(clamping: (end - now) / 1_000_000 + 1) : 0
    }
}

/// A connection over a unix socket. Nothing waits longer than until the deadline it is given; without
/// one, nothing waits.
struct UnixSocket: ~Copyable {
    private let path: FilePath
    private let descriptor: OwnedDescriptor

    init(connectedTo path: FilePath, _ deadline: Deadline?) throws(GRPCError) {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
        let number = socket(
            AF_UNIX, CInt(deadline == nil ? kind | SOCK_NONBLOCK.rawValue : kind), 0)
        guard number >= 0 else { throw Self.error(errno, path) }
        let descriptor = OwnedDescriptor(FileDescriptor(rawValue: number))
        try Self.connect(number, to: path, deadline)
        self.path = path
        self.descriptor = descriptor
    }

    /// Readable when something has come.
    var raw: FileDescriptor { descriptor.raw }

    private static func connect(
        _ number: CInt, to path: FilePath, _ deadline: Deadline?
    ) throws(GRPCError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.string.utf8)
        // One place is the closing zero's.
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw GRPCError(.noSocket, on: path.string, because: "too long for a socket's path")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        // A server that doesn't accept lets connections queue up, then wait.
        if let wait = deadline?.milliseconds {
            var limit = timeval(
                tv_sec: Int(wait / 1000), tv_usec: Int(max(1, wait % 1000)) * 1000)
            setsockopt(
                number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw error(errno, path) }
    }

    /// Without a deadline, what the other end doesn't take at once is an error.
    func send(_ bytes: [UInt8], _ deadline: Deadline?) throws(GRPCError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if let deadline { try wait(for: POLLOUT, deadline) }
            let count = rest.withUnsafeBytes {
                Glibc.send(
                    descriptor.raw.rawValue, $0.baseAddress, $0.count,
                    CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR && (errno != EAGAIN || deadline == nil) {
                throw Self.error(errno, path)
            }
        }
    }

    /// What has come, at least a byte; empty: the other end closed; nil: nothing, and no deadline to wait
    /// for it.
    func receive(_ deadline: Deadline?) throws(GRPCError) -> [UInt8]? {
        while true {
            if let deadline { try wait(for: POLLIN, deadline) }
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { space, used in
                count = recv(
                    descriptor.raw.rawValue, space.baseAddress, space.count,
                    CInt(MSG_DONTWAIT))
                used = max(0, count)
            }
            if count >= 0 { return bytes }
            if errno == EAGAIN && deadline == nil { return nil }
            guard errno == EAGAIN || errno == EINTR else { throw Self.error(errno, path) }
        }
    }

    private func wait(for events: CInt, _ deadline: Deadline) throws(GRPCError) {
        while true {
            let left = deadline.milliseconds
            guard left > 0 else { throw Self.error(ETIMEDOUT, path) }
            var ready = pollfd(fd: descriptor.raw.rawValue, events: Int16(events), revents: 0)
            let count = poll(&ready, 1, left)
            if count > 0 { return }
            if count < 0 && errno != EINTR { throw Self.error(errno, path) }
        }
    }

    private static func error(_ number: CInt, _ path: FilePath) -> GRPCError {
        func error(_ code: GRPCError.Code, _ reason: String) -> GRPCError {
            GRPCError(code, on: path.string, because: reason)
        }
        return switch number {
        case ENOENT, ENOTDIR: error(.noSocket, "there is no such socket")
        case ECONNREFUSED: error(.refused, "nobody listens there")
        case EPROTOTYPE: error(.refused, "a socket of another type")
        case EACCES, EPERM: error(.permission, "permission denied")
        case ETIMEDOUT, EAGAIN: error(.timedOut, "no answer in time")
        case EPIPE, ECONNRESET: error(.closed, "the other end hung up")
        default: error(.io, Errno(rawValue: number).description)
        }
    }
}
