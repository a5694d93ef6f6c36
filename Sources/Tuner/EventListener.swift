import BPF
import Glibc
import Host

/// A place among the listeners to what happens to connections, left in deinit.
///
/// Nothing has to be applied: what is applied later is heard from its first connection on.
package struct EventListener: ~Copyable {
    private let tuner: Tuner
    private let maps: EventMaps
    private let slot: Int
    private let lock: FileLock
    /// Where the events come in, `tt_event` each.
    package let ring: Map

    fileprivate init(
        _ tuner: Tuner, _ maps: consuming EventMaps, slot: Int, lock: consuming FileLock,
        ring: consuming Map
    ) {
        self.tuner = tuner
        self.maps = maps
        self.slot = slot
        self.lock = lock
        self.ring = ring
    }

    deinit {
        // What can't be taken back now, the next change or listener sweeps.
        guard let state = try? tuner.lockState() else { return }
        try? maps.clear(slot)
        tuner.removeUnused(leaving: slot)
        withExtendedLifetime(state) {}
    }

    /// Differs after every change to what is applied on this host.
    package func changes() throws(TunerError) -> UInt32 {
        try kernel { () throws(BPFError) in try maps.changes() }
    }

    /// How many events found no room in the ring buffer.
    package func lost() throws(TunerError) -> UInt64 {
        try kernel { () throws(BPFError) in try maps.entry(slot).lost }
    }
}

extension Tuner {
    /// Takes a place among the listeners.
    ///
    /// - Parameters:
    ///   - kinds: what to hear of, a bit per `tt_event_kind`.
    ///   - bufferSize: of the ring buffer in bytes, a power of two and at least a page.
    package func listen(kinds: UInt32, bufferSize: Int) throws(TunerError) -> EventListener {
        try checkPrivileges()
        try checkVersion()
        let state = try lockState()
        defer { withExtendedLifetime(state) {} }
        do throws(TunerError) {
            return try listenAlone(kinds: kinds, bufferSize: bufferSize)
        } catch {
            removeUnused()
            throw error
        }
    }

    private func listenAlone(
        kinds: UInt32, bufferSize: Int
    ) throws(TunerError) -> EventListener {
        let maps = try kernel { () throws(BPFError) in
            let maps = try EventMaps.openOrMake(layout, files)
            try maps.sweep(layout)
            return maps
        }
        for slot in 0..<EventMaps.capacity {
            guard let lock = EventMaps.hold(slot, layout) else { continue }
            let ring = try kernel { () throws(BPFError) in
                let ring = try EventMaps.ring(size: bufferSize)
                do throws(BPFError) {
                    try maps.enter(ring, kinds: kinds, pid: getpid(), at: slot)
                } catch {
                    try? maps.clear(slot)
                    throw error
                }
                return ring
            }
            return EventListener(self, maps, slot: slot, lock: lock, ring: ring)
        }
        var processes: [String] = []
        for slot in 0..<EventMaps.capacity {
            processes.append(
                try kernel { () throws(BPFError) in String(try maps.entry(slot).pid) })
        }
        throw TunerError(
            .full,
            "\(EventMaps.capacity) processes listen to events already, which is the most: "
                + processes.joined(separator: ", "),
            advice: "end one of them")
    }

    /// The pins, where nothing is applied and nobody listens but at the slot `leaving`.
    fileprivate func removeUnused(leaving slot: Int? = nil) {
        guard (try? reader.attachments().isEmpty) == true else { return }
        try? sweeper.removeDirectories(leaving: slot)
    }
}
