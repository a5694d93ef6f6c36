import CShim
import Glibc
import Host
import LinkModel
import Synchronization
import SystemPackage

/// What other threads ask of the forwarding thread.
final class ForwarderControl: Sendable {
    private let event: OwnedDescriptor
    private let stops = Atomic<Bool>(false)
    private let marks = Atomic<Bool>(false)

    init() throws(EmulatorError) {
        event = OwnedDescriptor(
            FileDescriptor(rawValue: try check(cshim_event(), "cannot make an event", on: "link")))
    }

    /// Readable once something was asked.
    var descriptor: CInt { event.raw.rawValue }

    func stop() {
        stops.store(true, ordering: .releasing)
        wake()
    }

    func mark() {
        marks.store(true, ordering: .releasing)
        wake()
    }

    var isStopped: Bool { stops.load(ordering: .acquiring) }

    /// Whether a mark was asked for since the last call.
    func takeMark() -> Bool {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return marks.exchange(false, ordering: .acquiringAndReleasing)
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}

/// The forwarding thread's work: reads the hosts' packets, asks the model what becomes of them, and
/// writes what is due.
///
/// Hosts are numbered: the left one of pair i is 2i, the right one 2i + 1.
final class Forwarder {
    /// Frames that are read from one host before the others get their turn.
    private static let batch = 16
    /// Between two deliveries, ns: what is due in between goes together.
    private static let quantum: Int64 = 25_000

    private let descriptors: [CInt]
    private let extraDelays: [Int64]
    private let control: ForwarderControl
    private let clock: LinkClock
    private let pool: FramePool
    private let down: Lane
    private let up: Lane
    private var waiter: Waiter
    private var queue: QueueRecorder
    /// Where the next frame is read to.
    private var spare: Int?

    private var markTime: Int64 = 0
    private var cpuAtMark: Int64 = 0
    private var cpu: Int64 = 0
    private var end: Int64 = 0
    private var overflows: UInt64 = 0
    private var malformed: UInt64 = 0
    private var readErrno: CInt = 0

    /// - Parameter extraDelays: of each pair, one-way
    init(
        descriptors: [CInt], extraDelays: [Int64], link: LinkSpec, seed: UInt64,
        options: EmulatorOptions, control: ForwarderControl
    ) {
        self.descriptors = descriptors
        self.extraDelays = extraDelays
        self.control = control
        let clock = LinkClock { KernelClock.monotonic() }
        self.clock = clock
        let pool = FramePool(maximumLarge: options.maximumLargeFrames)
        self.pool = pool
        func lane(_ spec: DirectionSpec, _ stream: UInt64) -> Lane {
            Lane(
                LinkDirection(spec, seed: seed, stream: stream), pool: pool,
                descriptors: descriptors, clock: clock,
                recordsDecisions: options.recordsDecisions)
        }
        down = lane(link.down, 0)
        up = lane(link.up, 1)
        waiter = Waiter(descriptors + [control.descriptor], clock: clock)
        queue = QueueRecorder(step: options.sampleInterval)
        spare = pool.take(small: false)
    }

    /// Forwards until it is told to stop.
    func run() {
        waiter.begin()
        cpuAtMark = Waiter.cpuTime()
        while !control.isStopped {
            if waiter.isReady(descriptors.count), control.takeMark() { mark() }
            for host in descriptors.indices where waiter.isReady(host) { receive(from: host) }
            let now = clock.now()
            down.deliver(now)
            up.deliver(now)
            if now >= queue.nextTime { queue.add(down.takeSample(), at: now) }
            waiter.wait(until: nextTime(after: now))
        }
        if control.takeMark() { mark() }
        end = clock.now()
        cpu = Waiter.cpuTime() - cpuAtMark
    }

    /// What was found, after the run.
    func report(txDropped: UInt64) -> EmulatorReport {
        EmulatorReport(
            down: down.report, up: up.report, markTime: markTime, duration: end - markTime,
            queueSamples: queue.points, cpuSeconds: Double(cpu) / 1e9, stalls: waiter.stalls,
            stalled: waiter.stalled, longestStall: waiter.longestStall, txDropped: txDropped,
            isRealTime: waiter.isRealTime, disturbances: disturbances(txDropped: txDropped))
    }

    private func nextTime(after now: Int64) -> Int64? {
        guard let event = [down.nextEvent, up.nextEvent].compactMap({ $0 }).min() else {
            return nil
        }
        return min(max(event, now + Self.quantum), max(queue.nextTime, now))
    }

    private func mark() {
        let now = clock.now()
        down.deliver(now)
        up.deliver(now)
        down.mark()
        up.mark()
        waiter.mark()
        markTime = now
        cpuAtMark = Waiter.cpuTime()
    }

    private func receive(from host: Int) {
        for _ in 0..<Self.batch {
            guard let number = spare ?? pool.take(small: false) else {
                return discard(from: host)
            }
            spare = number
            let memory = pool.frames[number].memory
            let length = read(descriptors[host], memory, FramePool.largeCapacity)
            guard length >= 0 else {
                if errno != EAGAIN && errno != EINTR { readErrno = errno }
                return
            }
            guard length > TunDevice.headerLength else { continue }
            offer(number, length: length - TunDevice.headerLength, from: host)
        }
    }

    /// Reads a packet to forget it: all memory is taken.
    private func discard(from host: Int) {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) {
            // Longer than the virtio header, or the kernel calls it an error.
            if read(descriptors[host], $0.baseAddress, $0.count) >= 0 { overflows += 1 }
        }
    }

    private func offer(_ read: Int, length: Int, from host: Int) {
        let memory = pool.frames[read].memory
        let packet = UnsafeRawBufferPointer(
            start: memory + TunDevice.headerLength, count: length)
        let headers = PacketHeaders.parse(packet)
        var number = read
        if TunDevice.headerLength + length <= FramePool.smallCapacity {
            guard let small = pool.take(small: true) else {
                overflows += 1
                return
            }
            pool.frames[small].memory.copyMemory(
                from: memory, byteCount: TunDevice.headerLength + length)
            number = small
        } else {
            spare = nil
        }
        let frame = pool.frames + number
        frame.pointee.length = length
        frame.pointee.destination = host ^ 1
        frame.pointee.transportOffset = headers.transportOffset
        guard cut(&frame.pointee, headers) else {
            malformed += 1
            pool.release(number)
            return
        }
        let lane = host & 1 == 0 ? down : up
        lane.offer(number, headers, extraDelay: extraDelays[host / 2], at: clock.now())
    }

    /// Finds the segments in a frame; false when it makes no sense.
    private func cut(_ frame: inout Frame, _ headers: PacketHeaders) -> Bool {
        let header = frame.memory.load(as: cshim_vnet_header.self).hdr
        let type = header.gso_type & ~UInt8(VIRTIO_NET_HDR_GSO_ECN)
        frame.dataOffset = frame.length
        frame.segmentSize = 0
        frame.segments = 1
        guard type != VIRTIO_NET_HDR_GSO_NONE else { return true }
        let data = frame.length - headers.tcpDataOffset
        let size = Int(header.gso_size)
        guard headers.tcpDataOffset > 0, size > 0, data > 0,
            SegmentWriter.canRebuild(dataOffset: headers.tcpDataOffset)
        else { return false }
        frame.dataOffset = headers.tcpDataOffset
        frame.segmentSize = size
        frame.segments = (data + size - 1) / size
        return frame.segments <= FramePool.maximumSegments
    }

    private func disturbances(txDropped: UInt64) -> [String] {
        var found: [String] = []
        if EmulatorReport.isTooMuch(
            stalled: waiter.stalled, longest: waiter.longestStall, of: end - markTime)
        {
            found.append(
                "the forwarding thread was kept from running \(waiter.stalls) times, "
                    + "for up to \(waiter.longestStall / 1_000_000) ms")
        }
        if txDropped > 0 {
            found.append("the kernel dropped \(txDropped) packets that weren't read in time")
        }
        if overflows > 0 {
            found.append("\(overflows) packets found no room in the emulator's memory")
        }
        if malformed > 0 { found.append("\(malformed) frames made no sense") }
        for (name, lane) in [("down", down), ("up", up)] where lane.failures.count > 0 {
            let errno = Errno(rawValue: lane.failures.errno)
            found.append("the kernel refused \(lane.failures.count) packets \(name): \(errno)")
        }
        if readErrno != 0 {
            found.append("a host's packets couldn't be read: \(Errno(rawValue: readErrno))")
        }
        return found
    }
}
