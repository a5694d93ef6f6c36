import CShim
import Glibc
import Host
import Statistics
import SystemPackage

/// The open connections of one end: who is ready, what moved, what is recorded of them.
final class ConnectionTable<Member: Connection> {
    struct Limits {
        var connections: Int
        /// Shorter ones leave no record: ns.
        var recordsAfter: UInt64?
        /// Connections that have a series at the same time: what a tick costs is bounded.
        var sampled = 1024
        /// Of all series together.
        var points = 500_000
        /// Records, but for lasting connections at their end.
        var flows = 10_000
    }

    /// Between two points of a series: ns.
    static var interval: UInt64 { 100_000_000 }

    let poller: Poller
    /// What is sent: noise, so that nothing on the way compresses it.
    let payload: UnsafeRawBufferPointer
    let origin: UInt64
    private let limits: Limits
    private var slots: [Member?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []
    private var sampled: [Member] = []
    private var openCount = 0
    private var connections = 0

    private var closed = ByteCount()
    private var window = Window()
    private var flows: [LoadReport.Flow] = []
    /// Kept so far, and in the series of what is open.
    private var points = 0
    private var pointsDropped = 0
    private var firstActivity: UInt64?
    private var lastActivity: UInt64?
    var failures: [String: Int] = [:]

    private struct Window {
        var begin: UInt64?
        var end: UInt64?
        var base = ByteCount()
        var measured = ByteCount()
        var cpu = 0.0
    }

    init(origin: UInt64, _ limits: Limits) throws(WorkloadError) {
        poller = try Poller()
        self.origin = origin
        self.limits = limits
        let noise = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        var random = SplitMix64(seed: 0, stream: 0)
        for offset in stride(from: 0, to: noise.count, by: 8) {
            noise.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
        }
        payload = UnsafeRawBufferPointer(noise)
    }

    deinit {
        payload.deallocate()
    }

    // MARK: Members

    var isFull: Bool { openCount >= limits.connections }

    /// Nil for one that is gone: events and timers outlive it.
    subscript(token: UInt64) -> Member? {
        let slot = Int(token & 0xffff_ffff)
        guard slot < slots.count, generations[slot] == UInt32(token >> 32) else { return nil }
        return slots[slot]
    }

    var members: [Member] { slots.compactMap { $0 } }

    func insert(_ member: Member, _ interest: Readiness) {
        let slot = free.popLast() ?? slots.count
        if slot == slots.count {
            slots.append(nil)
            generations.append(0)
        }
        slots[slot] = member
        member.token = UInt64(generations[slot]) << 32 | UInt64(slot)
        member.interest = interest
        if window.end != nil { member.measured = ByteCount() }
        // A new socket, which isn't watched yet; there is no other reason to fail but memory.
        _ = poller.add(member.socket.raw, interest, token: member.token)
        openCount += 1
        connections += 1
        if limits.recordsAfter != nil, sampled.count < limits.sampled {
            member.sampledIndex = sampled.count
            sampled.append(member)
        }
    }

    func want(_ interest: Readiness, _ member: Member) {
        guard member.interest != interest else { return }
        member.interest = interest
        poller.change(member.socket.raw, interest, token: member.token)
    }

    /// Ends a connection; it is closed when the caller lets go of it.
    ///
    /// - Parameters:
    ///   - failure: why it ended before its time, which is counted.
    ///   - abort: with a reset, so that nothing is in flight any more.
    ///   - isPersistent: recorded however short it was.
    func remove(
        _ member: Member, now: UInt64, failure: String? = nil, abort: Bool = false,
        isPersistent: Bool = false
    ) {
        let slot = Int(member.token & 0xffff_ffff)
        slots[slot] = nil
        generations[slot] &+= 1
        free.append(slot)
        openCount -= 1
        stopSampling(member)
        if let failure { failures[failure, default: 0] += 1 }
        note(member)
        let count = member.count
        closed = closed + count
        let lived = now - member.opened
        if isPersistent || limits.recordsAfter.map({ lived >= $0 }) ?? false {
            record(member, count, failure, now, isPersistent)
        } else {
            points -= member.samples.count
        }
        if abort { _ = cshim_abort_on_close(member.socket.raw.rawValue) }
    }

    private func note(_ member: Member) {
        guard let first = member.firstActivity else { return }
        firstActivity = min(firstActivity ?? .max, first)
        lastActivity = max(lastActivity ?? 0, member.lastActivity)
    }

    private func stopSampling(_ member: Member) {
        guard let index = member.sampledIndex, let last = sampled.popLast() else { return }
        member.sampledIndex = nil
        guard last !== member else { return }
        sampled[index] = last
        last.sampledIndex = index
    }

    private func record(
        _ member: Member, _ count: ByteCount, _ failure: String?, _ now: UInt64,
        _ isPersistent: Bool
    ) {
        // Those that fail come again and again.
        guard isPersistent && failure == nil || flows.count < limits.flows else {
            points -= member.samples.count
            pointsDropped += member.samples.count + 1
            return
        }
        sample(member, count, at: now)
        let measured = self.measured(member, count)
        flows.append(
            LoadReport.Flow(
                id: member.flow, address: member.peer.description,
                start: seconds(member.opened, after: origin), end: seconds(now, after: origin),
                sent: Int(count.sent), received: Int(count.received),
                measuredSent: Int(measured.sent), measuredReceived: Int(measured.received),
                failure: failure, series: LoadReport.Series(member.samples, origin: origin)))
    }

    private func measured(_ member: Member, _ count: ByteCount) -> ByteCount {
        member.measured ?? (window.begin == nil ? ByteCount() : count - member.base)
    }

    // MARK: Time

    /// Adds a point to every series.
    func sample(at now: UInt64) {
        for member in sampled { sample(member, member.count, at: now) }
        if limits.recordsAfter != nil { pointsDropped += openCount - sampled.count }
    }

    private func sample(_ member: Member, _ count: ByteCount, at now: UInt64) {
        // Who doesn't know yet what it is for has no course.
        guard member.phase != .header else { return }
        guard points < limits.points else {
            pointsDropped += 1
            return
        }
        // The last point of a series may fall on a tick.
        guard member.samples.last?.time != now else { return }
        points += 1
        member.samples.append(Sample(member, count, at: now))
    }

    /// Whether what happens now is measured.
    var isMeasuring: Bool { window.begin != nil && window.end == nil }

    func beginWindow(at now: UInt64) {
        window.begin = now
        window.cpu = Self.cpuSeconds()
        window.base = closed
        for case let member? in slots {
            member.base = member.count
            window.base = window.base + member.base
        }
    }

    func endWindow(at now: UInt64) {
        guard isMeasuring else { return }
        var total = closed
        for case let member? in slots {
            let count = member.count
            member.measured = measured(member, count)
            total = total + count
        }
        window.measured = total - window.base
        window.cpu = Self.cpuSeconds() - window.cpu
        window.end = now
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What is known once all connections are removed.
    func report(_ role: LoadReport.Role, isComplete: Bool) -> LoadReport {
        let begin = seconds(window.begin ?? origin, after: origin)
        let end = seconds(window.end ?? window.begin ?? origin, after: origin)
        func traffic(_ bytes: UInt64, _ measured: UInt64) -> LoadReport.Traffic {
            LoadReport.Traffic(
                bytes: Int(bytes), measuredBytes: Int(measured),
                goodput: end > begin ? Double(measured) * 8 / (end - begin) : 0)
        }
        let sent = traffic(closed.sent, window.measured.sent)
        let received = traffic(closed.received, window.measured.received)
        return LoadReport(
            role: role, origin: origin, windowStart: begin, windowEnd: end,
            isComplete: isComplete, goodput: max(sent.goodput, received.goodput), sent: sent,
            received: received, firstByte: firstActivity.map { seconds($0, after: origin) },
            lastByte: lastActivity.map { seconds($0, after: origin) },
            cpu: window.end == nil ? 0 : window.cpu, flows: flows.sorted { $0.id < $1.id },
            connections: connections, pointsDropped: pointsDropped, failures: failures)
    }
}
