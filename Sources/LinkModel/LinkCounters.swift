/// What a direction has done since its start; exempt packets are not counted.
package struct LinkCounters: Sendable, Equatable {
    package var offeredPackets: UInt64 = 0
    package var offeredBytes: UInt64 = 0
    /// Delivered at the other end; a duplicate counts among the duplicates only.
    package var forwardedPackets: UInt64 = 0
    package var forwardedBytes: UInt64 = 0
    /// Dropped because the queue was full.
    package var queueDrops: UInt64 = 0
    /// Dropped by the queue's discipline.
    package var aqmDrops: UInt64 = 0
    /// Lost by the loss model, before the queue.
    package var losses: UInt64 = 0
    /// Marked with congestion experienced by the queue's discipline.
    package var marks: UInt64 = 0
    package var duplicates: UInt64 = 0
    /// Sent on the shorter way.
    package var reordered: UInt64 = 0

    package init() {}
}

/// What the queue did since the sample before.
package struct QueueSample: Sendable, Equatable {
    /// The most that waited at a time, in bytes.
    package var maximumBytes: Int
    /// How long the last packet that left the queue had waited, in nanoseconds; 0 when none left and
    /// none waits.
    package var waitingTime: Int64
    /// By the full queue and its discipline.
    package var drops: UInt64
    package var marks: UInt64
}

/// Why a packet isn't delivered.
package enum DropReason: Sendable, Hashable, BitwiseCopyable {
    /// The queue was full.
    case queueFull
    /// The queue's discipline, RED or CoDel, dropped it.
    case aqm
    /// The loss model lost it.
    case loss
}
