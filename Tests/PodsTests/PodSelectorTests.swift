import Pods
import Testing

@Suite struct PodSelectorTests {
    static let labels = [
        "app": "backup", "tier": "web", "app.kubernetes.io/name": "x", "empty": "",
    ]

    @Test(arguments: [
        ("app=backup", true), ("app==backup", true), ("app=other", false), ("app!=other", true),
        ("app!=backup", false), ("none!=x", true), ("none=x", false), ("app", true),
        ("none", false), ("!app", false), ("!none", true), ("app=backup,tier!=db", true),
        ("app=backup,tier!=web", false), (" app = backup , ! none ,tier", true),
        ("app.kubernetes.io/name=x", true), ("empty=", true), ("app=", false), ("app!=", true),
    ]) func matches(text: String, isMatch: Bool) throws {
        #expect(try PodSelector(text).matches(Self.labels) == isMatch)
    }

    @Test(arguments: [
        "", ",", "app=x,", "=x", "!=x", "!", "app=x=y", "a b", "a/b/c", "/b", "a/", "app in (x)",
        "app=a b", "app===x", "!app=x", "\u{e9}=x",
    ]) func refuses(text: String) throws {
        let error = try #require(throws: PodError.self) { try PodSelector(text) }
        #expect(error.code == .malformedSelector)
        #expect(error.description.contains("'\(text)'"))
        #expect(error.description.contains("key!=value"))
    }
}
