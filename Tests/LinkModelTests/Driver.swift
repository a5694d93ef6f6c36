@testable import LinkModel

/// What came out of a direction, by token.
struct Deliveries {
    var due: [Int32: Int64] = [:]
    var order: [Int32] = []
    var marked: Set<Int32> = []
    var copies: [Int32] = []
    var drops: [Int32: DropReason] = [:]

    mutating func take(_ output: LinkDirection.Output) {
        switch output {
        case .deliver(let token, _, _, true): copies.append(token)
        case .deliver(let token, let due, let isMarked, false):
            self.due[token] = due
            order.append(token)
            if isMarked { marked.insert(token) }
        case .drop(let token, let reason): drops[token] = reason
        }
    }
}

extension LinkDirection {
    /// A direction from a link's text.
    init(_ text: String, seed: UInt64 = 1, trace: String = "") throws {
        let link = try LinkSpec.parse(text) { _ in Array(trace.utf8) }
        self.init(link.down, seed: seed, stream: 0)
    }

    /// Offers a packet for each time, numbered from 1, and waits for all of them.
    mutating func run(
        _ times: some Sequence<Int64>, bytes: Int32 = 1500, isECT: Bool = false
    ) -> Deliveries {
        var deliveries = Deliveries()
        var token: Int32 = 0
        for time in times {
            token += 1
            offer(Packet(token: token, bytes: bytes, isECT: isECT), at: time)
        }
        while let next = nextEvent { advance(to: next) { deliveries.take($0) } }
        return deliveries
    }
}

/// Random numbers for arrivals, independent of the model's own: xorshift64* (Vigna 2016).
struct TestRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func bits() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// In (0, 1].
    mutating func uniform() -> Double { Double((bits() >> 11) + 1) * 0x1p-53 }

    mutating func below(_ bound: Int) -> Int { Int(bits() >> 33) % bound }
}
