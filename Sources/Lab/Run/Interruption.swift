import Glibc

/// Ctrl-C and SIGTERM as something to ask for: a benchmark cleans up before it goes.
///
/// They are blocked for the thread that makes it, and for those that it starts, as long as it lives.
package final class Interruption {
    private var signals = sigset_t()
    private var previous = sigset_t()
    private var wasTaken = false

    package init() {
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, &previous)
    }

    deinit {
        // One that came has been heeded: the same again must not strike before the report is there.
        while take(within: 0) {}
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    /// Whether one has come.
    package var hasCome: Bool { take(within: 0) || wasTaken }

    /// Throws if one has come.
    package func check() throws(BenchError) {
        if hasCome { throw BenchError(.interrupted, "interrupted") }
    }

    /// Sleeps; throws when one comes, or has come before.
    package func sleep(seconds: Double) throws(BenchError) {
        try check()
        _ = take(within: max(0, seconds))
        try check()
    }

    private func take(within seconds: Double) -> Bool {
        var limit = timespec(
            tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        let isTaken = sigtimedwait(&signals, nil, &limit) > 0
        if isTaken { wasTaken = true }
        return isTaken
    }
}
