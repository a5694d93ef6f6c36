/// The generator SplitMix64 of Steele, Lea and Flood (OOPSLA 2014): good for seeding others.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The generator xoshiro256** of Blackman and Vigna (2018): the lab's source of chance.
///
/// The stream belongs to the results that are kept: the state is the first four outputs of
/// ``SplitMix64`` from the seed, and every method says what it takes. Swift's own `random(in:)` and
/// `shuffled(using:)` may change with a release; what has to be repeatable doesn't use them.
package struct Xoshiro256: RandomNumberGenerator, Sendable {
    private var s: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var seeds = SplitMix64(seed: seed)
        s = (seeds.next(), seeds.next(), seeds.next(), seeds.next())
    }

    /// One of many streams that have nothing to do with each other: its seed is the first output
    /// of SplitMix64 from `seed`, exclusive-or `stream`.
    package init(seed: UInt64, stream: UInt64) {
        var seeds = SplitMix64(seed: seed)
        self.init(seed: seeds.next() ^ stream)
    }

    package mutating func next() -> UInt64 {
        let result = rotate(s.1 &* 5, by: 7) &* 9
        let shifted = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= shifted
        s.3 = rotate(s.3, by: 45)
        return result
    }

    /// From 0 up to but not 1, in steps of 2^-53; the upper 53 bits of one output.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// From 0 up to but not `bound`: the upper word of one output times the bound (no number is
    /// more likely than another by more than `bound` in 2^64).
    package mutating func index(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Puts the elements in any order with the same probability (Fisher and Yates, from the
    /// end); one output for each but the first.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for end in stride(from: elements.count, to: 1, by: -1) {
            elements.swapAt(end - 1, index(below: end))
        }
    }

    private func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }
}
