import Glibc
import Synchronization

/// Names of fixtures that say which process made them, so that a later run can tell the leftovers of
/// one that crashed.
enum FixtureName {
    private static let counter = Atomic<Int>(0)

    /// `PREFIX-PID-N`, which nothing else has.
    static func next(_ prefix: String) -> String {
        "\(prefix)-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
    }

    /// Whether a name of this form belongs to a process that is gone.
    static func isStale(_ name: String, prefix: String) -> Bool {
        guard name.hasPrefix(prefix + "-"),
            let pid = name.dropFirst(prefix.count + 1).split(separator: "-").first,
            let owner = pid_t(pid)
        else { return false }
        return kill(owner, 0) != 0 && errno == ESRCH
    }
}
