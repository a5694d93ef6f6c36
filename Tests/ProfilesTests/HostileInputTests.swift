import Foundation
import Testing

@testable import Profiles

@Suite struct HostileInputTests {
    @Test(arguments: ["[", "{a: ", "- ", "[{a: "])
    func deepNesting(opening: String) {
        let message = refusal(profileText(spec: "  " + String(repeating: opening, count: 100_000)))
        #expect(message.contains("nested too deeply"), "\(message)")
    }

    @Test func nestingThroughAliases() {
        var lines = ["a0: &a0 [x]"]
        for level in 1...5000 { lines.append("a\(level): &a\(level) [[[[*a\(level - 1)]]]]") }
        #expect(refusal(lines.joined(separator: "\n")).contains("nested too deeply"))
    }

    @Test func aliasBomb() {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        #expect(refusal(lines.joined(separator: "\n")).contains("too many values"))
    }

    @Test func selfReference() {
        #expect(refusal("a: &a [*a]").contains("unknown alias 'a'"))
    }

    /// A megabyte that is wrong all over is refused in no time: seconds here are for slow machines.
    @Test(arguments: ["k: 1\n", "description: x\n"], [true, false])
    func wrongAllOver(line: String, isUnique: Bool) {
        let begin = ContinuousClock.now
        var text = profileText() + "\n"
        var number = 0
        while text.utf8.count < 1 << 20 - 64 {
            text += isUnique ? "\(number)\(line)" : line
            number += 1
        }
        let words = refusal(text)
        #expect(words.contains("more errors") || words.contains("too many values"), "\(words)")
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test func quantitiesWithoutEnd() {
        let digits = String(repeating: "1", count: 1 << 19)
        #expect(
            refusal(profileText(spec: "  socket: { minimumRTO: \(digits)ms }")).contains("long"))
    }

    @Test func largestSize() throws {
        let text = profileText()
        let padding = "\n#" + String(repeating: "x", count: (1 << 20) - text.utf8.count - 2)
        #expect(try parse(text + padding).name == "test")
        #expect(refusal(text + padding + "x").contains("too large"))
    }

    /// Valid profiles with a few bytes or lines changed: refused or read, but never a crash, and
    /// what is read survives its own canonical form.
    @Test func mutatedProfiles() throws {
        var random = SplitMix64(state: 0x7463_7074_756e_6521)
        let headerOptions = [
            "{ type: telemetry, every: 100ms, peers: [10.0.0.0/8] }",
            "{ type: user-timeout, value: 30s }", "{ type: delayed-ack, maximum: 5ms }",
            "{ type: raw, exid: 0xABCD, value: 'hex:01 02', on: [syn, fin] }",
            "{ type: raw, kind: 200, value: text:a, on: [synack] }",
        ]
        let seeds =
            try Repository.profileFiles.map { Array(try Data(contentsOf: $0)) }
            + [Array(HeaderOptionTexts.profile(headerOptions).utf8)]
        let tokens = [
            "&a ", "*a", "[", "]", "{", "}", ": ", "- ", "\n", "'", "\"", "|", "!!x ", "0", "%",
            "-",
            "99999999999", "ms", "\u{1F600}", "\t", "#", "---\n", "<<", "\u{85}",
        ]
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = seeds.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                let end = Int.random(in: at...min(at + 8, bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(at..<end)
                case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
                default:
                    let token = tokens.randomElement(using: &random)!
                    bytes.insert(contentsOf: token.utf8, at: at)
                }
            }
            do {
                let profile = try parse(String(decoding: bytes, as: UTF8.self))
                #expect(try parse(profile.canonicalYAML) == profile)
                for segment in HeaderOption.Segment.allCases {
                    let room = HeaderOptionRoom(of: profile.headerOptions, on: segment)
                    #expect(room.total <= HeaderOptionRoom.limit)
                }
                accepted += 1
            } catch let error as ProfileError {
                #expect(!error.diagnostics.isEmpty)
            }
        }
        #expect(accepted > 100)
    }
}

/// A random source that is the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
