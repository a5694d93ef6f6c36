import Glibc
import SystemPackage

/// The service manager that started this process, as sd_notify(3) speaks to it; without one, nothing
/// is said.
package struct ServiceManager: Sendable {
    package enum State: Sendable {
        case ready
        /// The configuration is read again; `ready` ends it.
        case reloading
        case stopping
        /// Alive: to be said within the ``watchdog``.
        case alive
        /// In words, for `systemctl status`.
        case status(String)
    }

    /// How long it waits for a sign of life before it kills this process, in ns; nil: it doesn't. A sign
    /// at half this time is early enough.
    package let watchdog: UInt64?

    private let socketName: [UInt8]?

    package init(environment: [String: String], pid: pid_t = getpid()) {
        socketName = environment["NOTIFY_SOCKET"].flatMap(Self.name)
        let isMeant = environment["WATCHDOG_PID"].map { pid_t($0) == pid } ?? true
        watchdog = environment["WATCHDOG_USEC"].flatMap { UInt64($0) }
            .flatMap { isMeant && $0 > 0 ? $0.multipliedReportingOverflow(by: 1000) : nil }
            .flatMap { $0.overflow ? nil : $0.partialValue }
    }

    /// Says it, and doesn't wait: a manager that doesn't listen misses it.
    package func notify(_ states: State...) {
        guard let socketName else { return }
        let number = socket(
            AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { return }
        let descriptor = OwnedDescriptor(FileDescriptor(rawValue: number))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketName) }
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + socketName.count
        let message = Array(states.map(Self.text).joined(separator: "\n").utf8)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor.raw.rawValue, message, message.count, CInt(MSG_NOSIGNAL), $0,
                    socklen_t(length))
            }
        }
    }

    private static func text(_ state: State) -> String {
        switch state {
        case .ready: "READY=1"
        // Type=notify-reload wants to know when it began.
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(KernelClock.monotonic() / 1000)"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        case .status(let words): "STATUS=" + words.split(separator: "\n").joined(separator: " ")
        }
    }

    /// A path, or with `@` a name in the abstract name space, as the address has it.
    private static func name(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count < 108 else { return nil }
        switch first {
        case UInt8(ascii: "/"): return bytes + [0]
        case UInt8(ascii: "@"):
            bytes[0] = 0
            return bytes
        default: return nil
        }
    }
}
