import Emulator
import Glibc
import Host
import LinkModel
import TestSupport

extension DirectionSpec {
    /// - Parameters:
    ///   - mbit: Mbit/s; 0: unlimited
    ///   - delay: one-way, ms
    static func line(
        mbit: Int64 = 0, delay: Int64 = 0, packets: Int = 1_000_000,
        discipline: QueueDiscipline = .dropTail, loss: LossSpec = .none
    ) -> DirectionSpec {
        DirectionSpec(
            rate: mbit == 0 ? .unlimited : .constant(bitsPerSecond: mbit * 1_000_000),
            delay: delay * 1_000_000,
            queue: QueueSpec(limit: .amount(.packets(packets)), discipline: discipline),
            loss: loss)
    }
}

extension LinkSpec {
    static let plain = LinkSpec(down: .line(), up: .line())
}

extension EmulatedHost {
    var placement: Placement { Placement(namespace: namespace.path) }

    func address(_ family: Family) -> String {
        family == .ipv4 ? ipv4 : ipv6
    }
}

enum Family: CaseIterable {
    case ipv4, ipv6
}

/// A TCP connection from a left host to its right one.
func connect(
    _ network: some HostNetwork, pair: Int = 0, _ family: Family = .ipv4,
    configure: (TCPOptions) throws -> Void = { _ in }
) throws -> (left: TCPConnection, right: TCPConnection) {
    let right = network.right[pair]
    let server = try TCPServer(right.placement, address: right.address(family))
    let client = try TCPConnection.connect(
        network.left[pair].placement, to: right.address(family), port: server.port,
        configure: configure)
    return (client, try server.accept())
}

/// Bytes without a pattern that a misplaced segment could keep.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// - Parameter count: a multiple of 8
    mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { space, filled in
            let words = UnsafeMutableRawBufferPointer(space)
            for offset in stride(from: 0, to: count, by: 8) {
                words.storeBytes(of: next(), toByteOffset: offset, as: UInt64.self)
            }
            filled = count
        }
    }
}

/// Sends noise from one end to the other and says whether what came is what was sent.
func arrivesIntact(
    _ bytes: Int, from sender: TCPConnection, to receiver: TCPConnection
) throws -> Bool {
    var noise = Noise(7)
    let sent = noise.bytes(bytes)
    let sending = try Thread {
        try sender.send(sent)
        try sender.shutdownWrite()
    }
    var came: [UInt8] = []
    came.reserveCapacity(bytes)
    while case let chunk = try receiver.receive(1 << 18), !chunk.isEmpty { came += chunk }
    try sending.join()
    return came == sent
}
