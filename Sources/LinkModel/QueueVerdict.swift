/// What a queue's discipline does with a packet.
enum QueueVerdict: Sendable {
    case pass
    case mark
    case drop
}
