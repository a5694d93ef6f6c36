import Glibc
import SystemPackage

/// An advisory lock on a directory (flock(2)): released in deinit, and by the kernel when its holder
/// dies, however it dies.
package struct FileLock: ~Copyable, Sendable {
    package enum Mode: Sendable {
        case shared
        case exclusive
    }

    package enum Wait: Sendable {
        case never
        case upTo(Duration)
        case forever
    }

    private let descriptor: OwnedDescriptor

    /// Takes the lock, which holds for the directory that is at the path now: one that was removed or
    /// replaced while this waited is let go, and the new one is locked.
    ///
    /// Throws `.lockBusy` when others have it for longer than `wait`.
    package init(
        _ directory: FilePath, _ mode: Mode, wait: Wait = .forever
    ) throws(HostError) {
        let what = "cannot lock the directory"
        var patience = Patience(wait)
        while true {
            let descriptor = try OwnedDescriptor.open(directory, options: .directory, what: what)
            try Self.acquire(descriptor.raw, mode, on: directory, what, &patience)
            let locked = try FileIdentity(of: descriptor.raw, what: what)
            if try locked == FileIdentity(at: directory, what: what) {
                self.descriptor = descriptor
                return
            }
        }
    }

    private static func acquire(
        _ descriptor: FileDescriptor, _ mode: Mode, on directory: FilePath, _ what: String,
        _ patience: inout Patience
    ) throws(HostError) {
        let operation = mode == .shared ? LOCK_SH : LOCK_EX
        while flock(descriptor.rawValue, operation | (patience.isEndless ? 0 : LOCK_NB)) != 0 {
            switch Errno(rawValue: errno) {
            case .interrupted:
                continue
            case .wouldBlock:
                if patience.wait() { continue }
                throw HostError(
                    .lockBusy, what, on: directory.string, because: "another process has it",
                    advice: "wait for it to finish, or see who it is in /proc/locks")
            case let errno:
                throw HostError(errno, what, on: directory.string)
            }
        }
    }
}

/// flock(2) knows no time limit, so that a limited wait tries again and again.
private struct Patience {
    private let step = Duration.milliseconds(5)
    private var left: Duration
    let isEndless: Bool

    init(_ wait: FileLock.Wait) {
        isEndless = if case .forever = wait { true } else { false }
        left = if case .upTo(let limit) = wait { limit } else { .zero }
    }

    /// Waits a little; false when the time is up.
    mutating func wait() -> Bool {
        guard left > .zero else { return false }
        left -= step
        usleep(useconds_t(step / .microseconds(1)))
        return true
    }
}
