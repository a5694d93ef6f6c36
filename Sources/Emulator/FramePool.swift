/// What was read from a device at once: one packet, or a TCP frame that stands for several.
struct Frame {
    /// The virtio header, and behind it the packet.
    let memory: UnsafeMutableRawPointer
    let isSmall: Bool
    /// Of the packet, in bytes.
    var length = 0
    /// Where a frame's data begin; `length` for a single packet.
    var dataOffset = 0
    /// Data bytes in every segment but the last.
    var segmentSize = 0
    var segments = 0
    /// Segments whose fate is open.
    var pending = 0
    /// The place of the host that it goes to.
    var destination = 0
    /// The number of the first segment in its direction, from 1; 0 for what isn't counted.
    var firstNumber: UInt64 = 0
    /// Where the transport header begins.
    var transportOffset = 0

    var packet: UnsafeMutableRawPointer { memory + TunDevice.headerLength }
    var isIPv6: Bool { PacketHeaders.isIPv6(packet) }

    /// Where the data of `count` segments from the `first` on are in the packet.
    func data(first: Int, count: Int) -> Range<Int> {
        let start = dataOffset + first * segmentSize
        return start..<(first + count == segments ? length : start + count * segmentSize)
    }

    /// The length of a segment as an IP packet of its own.
    func wireLength(_ segment: Int) -> Int {
        dataOffset + data(first: segment, count: 1).count
    }
}

/// Memory for frames under way, by number. It grows as needed, and shrinks when the network goes.
///
/// Frames are cut without copying: a segment is a frame's number and its place in the frame, in one
/// token. Single packets move into small slots, or each would keep 64 KiB.
final class FramePool {
    static let largeCapacity = TunDevice.headerLength + 65_536 + 512
    static let smallCapacity = 2_048
    static let maximumSegments = 1 << segmentBits
    private static let segmentBits = 11
    private static let maximumFrames = 1 << 20

    private let maximumLarge: Int
    private(set) var frames: UnsafeMutablePointer<Frame>
    private var capacity = 1_024
    private var count = 0
    private var largeCount = 0
    private var blocks: [UnsafeMutableRawPointer] = []
    private var freeLarge: [Int32] = []
    private var freeSmall: [Int32] = []

    init(maximumLarge: Int) {
        self.maximumLarge = maximumLarge
        frames = .allocate(capacity: capacity)
    }

    deinit {
        for block in blocks { block.deallocate() }
        frames.deallocate()
    }

    static func token(frame: Int, segment: Int) -> Int32 {
        Int32(frame << segmentBits | segment)
    }

    static func frame(of token: Int32) -> Int { Int(token) >> segmentBits }

    static func segment(of token: Int32) -> Int { Int(token) & (maximumSegments - 1) }

    /// A free frame; `nil` when there are too many.
    func take(small: Bool) -> Int? {
        if let number = small ? freeSmall.popLast() : freeLarge.popLast() { return Int(number) }
        let added = small ? 256 : 16
        guard count + added <= Self.maximumFrames,
            small || largeCount + added <= maximumLarge
        else { return nil }
        grow(by: added, small: small)
        return (small ? freeSmall.popLast() : freeLarge.popLast()).map { Int($0) }
    }

    func release(_ number: Int) {
        if frames[number].isSmall {
            freeSmall.append(Int32(number))
        } else {
            freeLarge.append(Int32(number))
        }
    }

    private func grow(by added: Int, small: Bool) {
        let size = small ? Self.smallCapacity : Self.largeCapacity
        let block = UnsafeMutableRawPointer.allocate(byteCount: added * size, alignment: 64)
        blocks.append(block)
        if count + added > capacity {
            let larger = UnsafeMutablePointer<Frame>.allocate(capacity: 2 * capacity)
            larger.moveInitialize(from: frames, count: count)
            frames.deallocate()
            frames = larger
            capacity *= 2
        }
        for place in 0..<added {
            (frames + count).initialize(to: Frame(memory: block + place * size, isSmall: small))
            // The free lists have room for all, so that giving back never allocates.
            if small { freeSmall.append(Int32(count)) } else { freeLarge.append(Int32(count)) }
            count += 1
        }
        if !small { largeCount += added }
    }
}
