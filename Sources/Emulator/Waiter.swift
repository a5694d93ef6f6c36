import CShim
import Glibc

/// How the forwarding thread waits: asleep until shortly before it is needed, then spinning within
/// a budget.
///
/// Timers wake a thread tens of microseconds late, more than a packet takes at 100 Mbit/s. A
/// SCHED_FIFO thread that uses up its core is stopped by the kernel for up to 50 ms in each second
/// (sched(7)), so it steps back to normal scheduling while it is that busy.
struct Waiter: ~Copyable {
    private static let priority: CInt = 10
    /// How long before its time the thread gets up to spin, ns.
    private static let spin: Int64 = 100_000
    /// Of all time spent spinning at most, and together with the work at most, percent.
    private static let spinShare: (alone: Int64, withWork: Int64) = (30, 70)
    /// What may be saved up for spinning, ns.
    private static let maximumSavings: Int64 = 3_000_000
    private static let window: Int64 = 200_000_000
    /// Of a window on the CPU, percent: above the first it steps back, below the second returns.
    private static let busy: (most: Int64, least: Int64) = (85, 60)
    private static let stall: Int64 = 5_000_000

    private let clock: LinkClock
    private let descriptors: UnsafeMutablePointer<pollfd>
    private let count: Int

    private var share = spinShare.alone
    private var savings = maximumSavings
    private var spun: Int64 = 0
    private var lastEarned: Int64 = 0
    private var windowStart: Int64 = 0
    private var windowCPU: Int64 = 0
    private var wokenAt: Int64 = 0
    private var isFIFO = false

    /// Whether the kernel lets this thread have real-time priority.
    private(set) var isRealTime = false
    private(set) var stalls = 0
    /// Together, nanoseconds.
    private(set) var stalled: Int64 = 0
    private(set) var longestStall: Int64 = 0

    init(_ descriptors: [CInt], clock: LinkClock) {
        self.clock = clock
        count = descriptors.count
        self.descriptors = .allocate(capacity: count)
        for (place, descriptor) in descriptors.enumerated() {
            (self.descriptors + place).initialize(
                to: pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
    }

    deinit {
        descriptors.deallocate()
    }

    /// Makes the calling thread the one that waits.
    mutating func begin() {
        cshim_name_thread("tcptune-link")
        cshim_exact_timers()
        isFIFO = cshim_realtime(Self.priority) == 0
        isRealTime = isFIFO
        windowStart = clock.now()
        windowCPU = Self.cpuTime()
        wokenAt = windowStart
        lastEarned = windowStart
    }

    /// Whether the last wait found something to read there.
    func isReady(_ place: Int) -> Bool {
        descriptors[place].revents != 0
    }

    /// Forgets the stalls so far.
    mutating func mark() {
        stalls = 0
        stalled = 0
        longestStall = 0
    }

    /// Waits until a descriptor is readable or a time, in the link's clock, has come.
    mutating func wait(until deadline: Int64?) {
        var now = clock.now()
        note(delay: now - wokenAt)
        if now - windowStart >= Self.window { adapt(now) }
        earn(now)
        while true {
            let left = deadline.map { max(0, $0 - now) }
            let maySpin = savings > 0
            if let left, left <= Self.spin, maySpin {
                wokenAt = spinning(until: now + left, from: now)
                return
            }
            let sleep = left.map { maySpin ? $0 - Self.spin / 2 : $0 }
            let ready = cshim_poll(descriptors, count, sleep ?? -1)
            let woken = clock.now()
            if let sleep { note(delay: woken - now - sleep) }
            now = woken
            if ready != 0 || deadline.map({ $0 <= now }) ?? false {
                wokenAt = now
                return
            }
        }
    }

    private mutating func spinning(until deadline: Int64, from start: Int64) -> Int64 {
        while true {
            let ready = cshim_poll(descriptors, count, 0)
            let now = clock.now()
            if ready != 0 || now >= deadline {
                savings -= now - start
                spun += now - start
                return now
            }
        }
    }

    private mutating func earn(_ now: Int64) {
        savings = min(Self.maximumSavings, savings + (now - lastEarned) * share / 100)
        lastEarned = now
    }

    private mutating func note(delay: Int64) {
        guard delay > Self.stall else { return }
        stalls += 1
        stalled += delay
        longestStall = max(longestStall, delay)
    }

    /// Chooses priority and spinning by what the last window took.
    private mutating func adapt(_ now: Int64) {
        let cpu = Self.cpuTime()
        let used = (cpu - windowCPU) * 100 / (now - windowStart)
        let work = used - spun * 100 / (now - windowStart)
        share = max(0, min(Self.spinShare.alone, Self.spinShare.withWork - work))
        if isRealTime, isFIFO ? used > Self.busy.most : used < Self.busy.least {
            isFIFO.toggle()
            _ = cshim_realtime(isFIFO ? Self.priority : 0)
        }
        windowStart = now
        windowCPU = cpu
        spun = 0
    }

    /// What the calling thread has used, ns.
    static func cpuTime() -> Int64 {
        var used = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used)
        return Int64(used.tv_sec) * 1_000_000_000 + Int64(used.tv_nsec)
    }
}
