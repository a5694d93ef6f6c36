/// Random decisions that are a function of the seed, the direction, the packet's number and the
/// purpose alone, so that neither timing nor another decision changes them.
struct Decisions: Sendable {
    enum Purpose: UInt64 {
        case loss = 1
        case transition, red, jitter, reorder, duplicate
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    private let base: UInt64

    init(seed: UInt64, stream: UInt64) {
        base = Self.mix(Self.mix(seed &+ Self.increment) &+ stream &* Self.increment)
    }

    /// SplitMix64 (Steele, Lea and Flood 2014) with the purpose's own start, at place `number`.
    func bits(_ purpose: Purpose, _ number: UInt64) -> UInt64 {
        let start = Self.mix(base &+ purpose.rawValue &* Self.increment)
        return Self.mix(start &+ number &* Self.increment)
    }

    /// True in `threshold` of 2^63 cases: never at 0, always at 2^63.
    func hits(_ threshold: UInt64, _ purpose: Purpose, _ number: UInt64) -> Bool {
        threshold > 0 && bits(purpose, number) >> 1 < threshold
    }

    /// Uniform in [0, 1).
    func uniform(_ purpose: Purpose, _ number: UInt64) -> Double {
        Double(bits(purpose, number) >> 11) * 0x1p-53
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
