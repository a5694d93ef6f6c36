import Glibc

/// Waiting on the clock.
package enum Sleep {
    /// Blocks this thread for a time; a signal doesn't cut it short.
    package static func seconds(_ time: Double) {
        var asked = timespec(
            tv_sec: Int(time), tv_nsec: Int((time - time.rounded(.down)) * 1_000_000_000))
        var left = timespec()
        while nanosleep(&asked, &left) != 0 && errno == EINTR { asked = left }
    }
}
