import CShim
import Glibc
import Host
import SystemPackage

/// A TCP socket that doesn't block, or -1 and errno.
func streamSocket(_ family: CInt) -> CInt {
    socket(
        family,
        CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
}

/// For options that every TCP socket has.
func setOption(_ socket: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
    var value = value
    setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
}

/// As many descriptors as the process may have without a privilege.
func raiseDescriptorLimit() {
    let descriptors = CInt(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(descriptors, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(descriptors, &limit)
}

/// Under what a failed connection is counted.
func failureKind(_ error: Errno) -> String {
    switch error {
    case .connectionRefused: "refused"
    case .connectionReset, .brokenPipe, .connectionAbort: "reset"
    case .timedOut: "timed-out"
    case .networkUnreachable, .noRouteToHost, .hostIsDown, .networkDown: "unreachable"
    case .addressNotAvailable: "no-ports"
    case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "no-descriptors"
    default: "other"
    }
}

/// From seconds, which aren't negative; what is out of range is at its end.
func nanoseconds(_ seconds: Double) -> UInt64 {
    UInt64(min(max(seconds, 0), 1e9) * 1e9)
}

/// Why to stop early: a signal, or the end of the lifeline.
final class StopWatch {
    static let listenerToken = UInt64.max
    private static let signalToken = UInt64.max - 1
    private static let lifelineToken = UInt64.max - 2

    private(set) var hasCome = false
    private let signals: StopSignals
    private let lifeline: FileDescriptor?

    init(_ lifeline: Int32?, _ poller: borrowing Poller) throws(WorkloadError) {
        signals = try StopSignals()
        self.lifeline = lifeline.map { FileDescriptor(rawValue: $0) }
        _ = poller.add(signals.descriptor, .readable, token: Self.signalToken)
        // Plain files and /dev/null can't be waited for (EPERM): they don't end either.
        if let lifeline = self.lifeline,
            let error = poller.add(lifeline, .readable, token: Self.lifelineToken),
            error != .notPermitted
        {
            throw WorkloadError(
                .invalidOptions, "cannot watch the lifeline", on: "descriptor \(lifeline.rawValue)",
                errno: error)
        }
    }

    /// Whether an event was for it.
    func take(_ token: UInt64, _ readiness: Readiness) -> Bool {
        if token == Self.signalToken { hasCome = true }
        guard token == Self.lifelineToken, let lifeline else { return token == Self.signalToken }
        var bytes = [UInt8](repeating: 0, count: 4096)
        // What somebody types is of no interest.
        let count = read(lifeline.rawValue, &bytes, bytes.count)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { hasCome = true }
        return true
    }
}
