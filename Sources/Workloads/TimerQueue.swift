/// What is to be done when: a binary heap, first come first served at the same time.
struct TimerQueue<Action> {
    private var heap: [(time: UInt64, order: UInt64, action: Action)] = []
    private var order: UInt64 = 0

    /// When the next is due.
    var next: UInt64? { heap.first?.time }

    mutating func add(_ action: Action, at time: UInt64) {
        heap.append((time, order, action))
        order += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next out if it is due.
    mutating func pop(dueAt now: UInt64) -> Action? {
        guard let first = heap.first, first.time <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { return first.action }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].time, heap[a].order) < (heap[b].time, heap[b].order)
    }
}
