import Glibc

/// Ctrl-C and SIGTERM as something to ask for: a benchmark cleans up before it goes.
///
/// They are blocked for the thread that makes it, and for those that it starts, as long as it lives.
package final class Interruption {
    private var signals = sigset_t()
    private var previous = sigset_t()
    /// Whether one has come.
    package private(set) var hasCome = false

    package init() {
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, &previous)
    }

    deinit {
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    /// Sleeps; throws when a signal comes, or has come before.
    package func sleep(seconds: Double) throws(BenchError) {
        guard !hasCome else { throw Self.error }
        let time = max(0, seconds)
        var limit = timespec(
            tv_sec: Int(time), tv_nsec: Int((time - time.rounded(.down)) * 1e9))
        if sigtimedwait(&signals, nil, &limit) > 0 {
            hasCome = true
            throw Self.error
        }
    }

    private static let error = BenchError(.interrupted, "interrupted")
}
