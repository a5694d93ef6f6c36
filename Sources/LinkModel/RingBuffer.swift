/// A queue that grows by doubling and never shrinks: no allocation once it is large enough.
struct RingBuffer<Element: BitwiseCopyable & Sendable>: Sendable {
    private var slots: [Element]
    private let filler: Element
    private var head = 0
    private(set) var count = 0

    /// `filler` stands in slots that are not used yet.
    init(filler: Element) {
        self.filler = filler
        slots = Array(repeating: filler, count: 64)
    }

    var isEmpty: Bool { count == 0 }

    /// Only when not empty.
    var first: Element { slots[head] }

    mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        slots[(head &+ count) & (slots.count &- 1)] = element
        count &+= 1
    }

    /// Only when not empty.
    mutating func removeFirst() -> Element {
        let element = slots[head]
        head = (head &+ 1) & (slots.count &- 1)
        count &-= 1
        return element
    }

    private mutating func grow() {
        let old = slots
        slots = Array(old[head...] + old[..<head])
        slots.append(contentsOf: repeatElement(filler, count: old.count))
        head = 0
    }
}
