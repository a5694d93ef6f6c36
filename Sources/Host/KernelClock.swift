import Glibc

/// The kernel's clocks, as its BPF helpers show them too.
package enum KernelClock {
    /// CLOCK_MONOTONIC in ns: bpf_ktime_get_ns().
    package static func monotonic() -> UInt64 {
        read(CLOCK_MONOTONIC)
    }

    /// CLOCK_BOOTTIME in ns, which goes on in suspend: bpf_ktime_get_boot_ns().
    package static func boottime() -> UInt64 {
        read(CLOCK_BOOTTIME)
    }

    /// CLOCK_REALTIME in ns since 1970.
    package static func realtime() -> UInt64 {
        read(CLOCK_REALTIME)
    }

    /// The length of a jiffy in us, 1,000,000 / CONFIG_HZ: the coarse clocks move once in each.
    package static func jiffyMicroseconds() -> UInt64 {
        var resolution = timespec()
        clock_getres(CLOCK_MONOTONIC_COARSE, &resolution)
        return nanoseconds(resolution) / 1000
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return nanoseconds(now)
    }

    private static func nanoseconds(_ time: timespec) -> UInt64 {
        UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
