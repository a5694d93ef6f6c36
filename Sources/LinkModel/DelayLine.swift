/// Packets under way, given out by due time and, at equal times, in the order they came.
///
/// Most packets come in the order of their due times and stay in a plain queue; only those that
/// overtake (a shorter access delay, jitter that reorders) go into a heap.
struct DelayLine: Sendable {
    struct Entry: BitwiseCopyable, Sendable {
        var due: Int64
        var sequence: UInt64 = 0
        var token: Int32
        var bytes: Int32
        var isMarked: Bool
        var isCopy: Bool
        var isExempt: Bool
    }

    private static let filler = Entry(
        due: 0, token: 0, bytes: 0, isMarked: false, isCopy: false, isExempt: false)

    private var inOrder = RingBuffer<Entry>(filler: filler)
    private var lastDue = Int64.min
    private var overtaking: [Entry] = []
    private var sequence: UInt64 = 0

    /// `Int64.max` when nothing is under way.
    var nextDue: Int64 {
        let due = inOrder.isEmpty ? Int64.max : inOrder.first.due
        return overtaking.isEmpty ? due : min(due, overtaking[0].due)
    }

    mutating func insert(_ entry: Entry) {
        var entry = entry
        entry.sequence = sequence
        sequence &+= 1
        if inOrder.isEmpty || entry.due >= lastDue {
            lastDue = entry.due
            inOrder.append(entry)
        } else {
            push(entry)
        }
    }

    /// Only when not empty.
    mutating func removeFirst() -> Entry {
        guard !overtaking.isEmpty else { return inOrder.removeFirst() }
        if !inOrder.isEmpty, Self.precedes(inOrder.first, overtaking[0]) {
            return inOrder.removeFirst()
        }
        return pop()
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.due == right.due ? left.sequence < right.sequence : left.due < right.due
    }

    private mutating func push(_ entry: Entry) {
        overtaking.append(entry)
        var child = overtaking.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(entry, overtaking[parent]) else { break }
            overtaking[child] = overtaking[parent]
            child = parent
        }
        overtaking[child] = entry
    }

    private mutating func pop() -> Entry {
        let top = overtaking[0]
        let last = overtaking.removeLast()
        guard !overtaking.isEmpty else { return top }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < overtaking.count else { break }
            if child + 1 < overtaking.count,
                Self.precedes(overtaking[child + 1], overtaking[child])
            {
                child += 1
            }
            guard Self.precedes(overtaking[child], last) else { break }
            overtaking[parent] = overtaking[child]
            parent = child
        }
        overtaking[parent] = last
        return top
    }
}
