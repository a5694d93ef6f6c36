import Testing

@testable import Profiles

@Suite struct SuggestionsTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("cubic", "cubic", 0), ("cubci", "cubic", 1),
        ("kitten", "sitting", 3), ("bbr", "bbr3", 1), ("ca", "abc", 3),
    ])
    func distance(left: String, right: String, expected: Int) {
        #expect(Suggestions.distance(left, right) == expected)
        #expect(Suggestions.distance(right, left) == expected)
    }

    @Test func nearestFirstAndNothingFarAway() {
        let names = ["wan-bulk", "interactive", "background", "bulk-wan"]
        #expect(Suggestions.nearest(to: "wan-blk", in: names) == ["wan-bulk"])
        #expect(Suggestions.nearest(to: "INTERACTIV", in: names) == ["interactive"])
        #expect(Suggestions.nearest(to: "zzz", in: names).isEmpty)
        #expect(Suggestions.nearest(to: "", in: names).isEmpty)
        #expect(Suggestions.nearest(to: String(repeating: "a", count: 5000), in: names).isEmpty)
    }

    @Test func asks() {
        #expect(Suggestions.question(for: "ren", in: ["reno"]) == "did you mean 'reno'?")
        #expect(
            Suggestions.question(for: "bb", in: ["bbr", "bb1", "bba"])
                == "did you mean 'bb1', 'bba' or 'bbr'?")
        #expect(Suggestions.question(for: "x", in: ["reno"]) == nil)
    }
}
