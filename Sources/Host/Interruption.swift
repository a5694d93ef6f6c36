import Glibc

/// Ctrl-C, SIGTERM and a lost terminal as something to ask for, for who cleans up before it goes.
/// That nobody reads its words any more doesn't end it.
///
/// The signals are blocked for the thread that makes it, and for those that it starts, as long as it
/// lives.
package final class Interruption {
    private var signals = sigset_t()
    private var blocked = sigset_t()
    private var previous = sigset_t()
    private var wasTaken = false

    package init() {
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(signal) {
            sigaddset(&signals, signal)
        }
        blocked = signals
        sigaddset(&blocked, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &blocked, &previous)
    }

    deinit {
        // They have been heeded: none must strike before the report is there.
        while Self.take(&blocked, within: 0) {}
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    /// Whether one has come.
    package var hasCome: Bool {
        if Self.take(&signals, within: 0) { wasTaken = true }
        return wasTaken
    }

    /// Waits for one, at most for a time; whether one has come.
    package func comes(within seconds: Double) -> Bool {
        if !hasCome, Self.take(&signals, within: max(0, seconds)) { wasTaken = true }
        return wasTaken
    }

    private static func take(_ signals: inout sigset_t, within seconds: Double) -> Bool {
        var limit = timespec(
            tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        return sigtimedwait(&signals, nil, &limit) > 0
    }

    /// As nohup does with SIGHUP.
    private static func isIgnored(_ signal: CInt) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
