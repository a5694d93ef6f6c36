import BPF
import CTcptuneABI
import Host
import Tuner

/// What happens to tuned connections, as it happens.
///
/// Each stream has a ring buffer of its own; as long as there is none, the kernel side does
/// nothing. At most four can be open on a host. With a profile that collects no statistics, the
/// end of a connection is told only if it was opened while somebody listened.
public struct EventStream: ~Copyable {
    private let listener: EventListener
    private var ring: RingBuffer
    private var owners: EventOwners
    /// nil: all.
    private let cgroups: Set<UInt64>?
    private var records: [tt_event] = []
    private var next = 0

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - kinds: what to hear of; others cost nothing.
    ///   - targets: whose connections; empty: all. They need no profile yet.
    ///   - bufferSize: bytes of kernel memory, a power of two and at least a page. An event
    ///     takes 344.
    /// - Throws: ``TunerError`` when four listen already, or a privilege is missing.
    public init(
        _ tuner: Tuner, kinds: Set<Event.Kind> = Set(Event.Kind.allCases),
        of targets: [Target] = [], bufferSize: Int = 4 << 20
    ) throws(TunerError) {
        let cgroups = targets.isEmpty ? nil : try tuner.cgroupIDs(of: targets)
        let listener = try tuner.listen(
            kinds: kinds.reduce(0) { $0 | $1.bit }, bufferSize: bufferSize)
        let ring = try Self.reader(of: listener.ring)
        self.listener = listener
        self.ring = ring
        self.cgroups = cgroups
        owners = EventOwners(tuner)
    }

    private static func reader(of map: borrowing Map) throws(TunerError) -> RingBuffer {
        do throws(BPFError) { return try RingBuffer(map) } catch { throw TunerError(error) }
    }

    /// The next event; nil: none has come within a time.
    ///
    /// - Parameter milliseconds: 0: only what is there already.
    public mutating func next(within milliseconds: Int) throws(TunerError) -> Event? {
        let begin = KernelClock.monotonic()
        var hasLooked = false
        while true {
            while next < records.count {
                let record = records[next]
                next += 1
                if let event = event(record) { return event }
            }
            // Events of others that come without end mustn't hold it up.
            let waited = Int((KernelClock.monotonic() - begin) / 1_000_000)
            if hasLooked && waited >= milliseconds { return nil }
            hasLooked = true
            guard try fill(waiting: max(0, milliseconds - waited)) else { return nil }
        }
    }

    /// How many events this stream has missed, whosever they were, since they came faster than they
    /// were taken.
    public func lost() throws(TunerError) -> UInt64 { try listener.lost() }

    /// Records that are taken at once: their room is free for others.
    private static var batch: Int { 1024 }

    private mutating func fill(waiting milliseconds: Int) throws(TunerError) -> Bool {
        records.removeAll(keepingCapacity: true)
        next = 0
        do throws(BPFError) {
            guard try ring.wait(milliseconds: milliseconds) else { return false }
        } catch {
            throw TunerError(error)
        }
        owners.heed(changes: try listener.changes())
        var records: [tt_event] = []
        swap(&records, &self.records)
        ring.consume(atMost: Self.batch, as: tt_event.self) { records.append($0) }
        swap(&records, &self.records)
        return true
    }

    /// nil: it isn't wanted.
    private mutating func event(_ record: tt_event) -> Event? {
        let owner = owners.owner(of: record.connection.attachment)
        if let cgroups {
            guard let owner, cgroups.contains(owner.attachment.cgroupID) else { return nil }
        }
        return Event(record, owner)
    }
}
