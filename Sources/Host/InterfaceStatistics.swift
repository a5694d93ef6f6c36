/// What a network interface of the calling thread's namespace has counted.
package struct InterfaceStatistics: Sendable, Hashable {
    package let transmitDropped: UInt64

    /// From /proc/net/dev: sysfs shows the namespace of whoever mounted it.
    package static func read(
        _ interface: String, _ roots: HostRoots = .system
    ) throws(HostError) -> InterfaceStatistics {
        let what = "cannot read the interface's counters"
        let path = roots.proc.appending("thread-self/net/dev")
        for line in try Files.read(path, what: what).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == interface else {
                continue
            }
            // Eight numbers of what was received; then bytes, packets, errors, drops sent.
            let numbers = parts[1].split(separator: " ").map { UInt64($0) }
            guard numbers.count == 16, let dropped = numbers[11] else { break }
            return InterfaceStatistics(transmitDropped: dropped)
        }
        throw HostError(.malformed, what, on: interface, because: "no such line in \(path)")
    }
}
