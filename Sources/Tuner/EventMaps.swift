import BPF
import CTcptuneABI
import Host
import SystemPackage

/// Where listeners to events are entered, for all programs (`bpf/sockops/events.h`).
///
/// A listener holds the lock on its slot's directory as long as it lives: a slot that is entered
/// and not locked is one whose listener was killed. Every change to the slots is made with the
/// lock on the state.
struct EventMaps: ~Copyable {
    /// By `tt_event_control`.
    private let control: Map
    /// `tt_event_slot` by slot.
    private let slots: Map
    /// Ring buffers by slot.
    private let listeners: Map

    static var capacity: Int { Int(TT_EVENT_LISTENERS) }

    /// The pinned ones; nil when there are none.
    static func open(_ layout: PinLayout) throws(BPFError) -> EventMaps? {
        guard let control = try Map.open(pinned: layout.events.appending("event_control")),
            let slots = try Map.open(pinned: layout.events.appending("event_slots")),
            let listeners = try Map.open(pinned: layout.events.appending("event_listeners"))
        else { return nil }
        return EventMaps(control: control, slots: slots, listeners: listeners)
    }

    /// The pinned ones, or new ones, pinned.
    static func openOrMake(
        _ layout: PinLayout, _ files: PinDirectory
    ) throws(BPFError) -> EventMaps {
        if let maps = try open(layout) { return maps }
        try remove(layout, files)  // what an interrupted start left
        for slot in 0..<capacity { try files.makeDirectory(layout.listener(slot)) }
        let control = try Map(
            Map.Parameters(
                type: .array, keySize: 4, valueSize: 4,
                maxEntries: Int(TT_EVENT_CONTROL_COUNT.rawValue), name: "event_control"))
        let slots = try Map(
            Map.Parameters(
                type: .array, keySize: 4, valueSize: MemoryLayout<tt_event_slot>.size,
                maxEntries: capacity, name: "event_slots"))
        let listeners = try Map(
            Map.Parameters(
                type: .arrayOfMaps, keySize: 4, valueSize: 4, maxEntries: capacity,
                name: "event_listeners"), ofMapsLike: try ring(size: 4096))
        try control.pin(at: layout.events.appending("event_control"))
        try slots.pin(at: layout.events.appending("event_slots"))
        try listeners.pin(at: layout.events.appending("event_listeners"))
        return EventMaps(control: control, slots: slots, listeners: listeners)
    }

    static func remove(_ layout: PinLayout, _ files: PinDirectory) throws(BPFError) {
        for name in try files.list(layout.events) {
            let path = layout.events.appending(name)
            _ = try Int(name) == nil ? files.unlink(path) : files.removeDirectory(path)
        }
        _ = try files.removeDirectory(layout.events)
    }

    /// - Parameter size: bytes, a power of two and at least a page.
    static func ring(size: Int) throws(BPFError) -> Map {
        try Map(
            Map.Parameters(
                type: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: size, name: "tt_events"))
    }

    /// Has an object that isn't loaded yet use these.
    func share(with object: borrowing Object) throws(BPFError) {
        try object.reuse(control, asMap: "event_control")
        try object.reuse(slots, asMap: "event_slots")
        try object.reuse(listeners, asMap: "event_listeners")
    }

    /// The lock on a slot; nil: somebody listens there.
    static func hold(_ slot: Int, _ layout: PinLayout) -> FileLock? {
        try? FileLock(layout.listener(slot), .exclusive, wait: .never)
    }

    /// Whether somebody listens, not counting who is in the slot `leaving`.
    static func isListened(_ layout: PinLayout, leaving: Int?) -> Bool {
        (0..<capacity).contains { slot in
            guard slot != leaving else { return false }
            do throws(HostError) {
                _ = try FileLock(layout.listener(slot), .exclusive, wait: .never)
                return false
            } catch {
                return error.code == .lockBusy
            }
        }
    }

    /// Clears the slots of listeners that were killed.
    func sweep(_ layout: PinLayout) throws(BPFError) {
        for slot in 0..<Self.capacity where try entry(slot).pid != 0 {
            guard let lock = Self.hold(slot, layout) else { continue }
            try clear(slot)
            withExtendedLifetime(lock) {}
        }
    }

    /// Has events of some kinds, a bit per `tt_event_kind`, go to a ring buffer.
    func enter(
        _ ring: borrowing Map, kinds wanted: UInt32, pid: Int32, at slot: Int
    ) throws(BPFError) {
        // An entry with a process is swept, whatever there is of it.
        var entry = tt_event_slot(lost: 0, kinds: 0, pid: UInt32(bitPattern: pid))
        try slots.update(UInt32(slot), to: entry)
        try listeners.update(UInt32(slot), to: UInt32(ring.descriptor.rawValue))
        entry.kinds = wanted
        try slots.update(UInt32(slot), to: entry)
        try publishKinds()
    }

    /// When it returns, no program writes to the slot's ring buffer any more.
    func clear(_ slot: Int) throws(BPFError) {
        let pid = try entry(slot).pid
        try slots.update(UInt32(slot), to: tt_event_slot(lost: 0, kinds: 0, pid: pid))
        try publishKinds()
        _ = try listeners.remove(UInt32(slot))
        try slots.update(UInt32(slot), to: tt_event_slot())
    }

    func entry(_ slot: Int) throws(BPFError) -> tt_event_slot {
        try slots.value(for: UInt32(slot)) ?? tt_event_slot()
    }

    private func publishKinds() throws(BPFError) {
        var all: UInt32 = 0
        for slot in 0..<Self.capacity { all |= try entry(slot).kinds }
        try control.update(TT_EVENT_WANTED.rawValue, to: all)
    }

    /// Has listeners look again at what is applied.
    func noteChange() throws(BPFError) {
        try control.update(TT_EVENT_CHANGES.rawValue, to: try changes() &+ 1)
    }

    func changes() throws(BPFError) -> UInt32 {
        try control.value(for: TT_EVENT_CHANGES.rawValue) ?? 0
    }
}
