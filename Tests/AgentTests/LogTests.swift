import Testing

@testable import Agent

@Suite struct LogTests {
    private func lines(_ form: AgentLog.Form, _ body: (AgentLog) -> Void) -> [String] {
        var lines: [String] = []
        body(
            AgentLog(form, least: .info, clock: { 1_795_659_215_042_000_000 }) {
                lines.append($0)
            })
        return lines
    }

    @Test func text() {
        let lines = lines(.text) { log in
            log(.debug, "not said")
            log(.info, "applied", ["pod": "shop/web", "why": "policy rest", "empty": ""])
        }
        #expect(
            lines == [
                "2026-11-26T02:13:35.042Z info applied pod=shop/web why=\"policy rest\" empty=\"\""
            ])
    }

    /// A pod's annotation doesn't make a line of its own, or colours.
    @Test(arguments: AgentLog.Form.allCases) func hostileText(_ form: AgentLog.Form) {
        let lines = lines(form) { log in
            log(.error, "x", ["why": "a\n2026 info \u{1b}[31m \u{202e} \"q\\ \u{2028}"])
        }
        #expect(lines.count == 1)
        #expect(lines[0].unicodeScalars.allSatisfy { $0 >= " " })
        #expect(lines[0].contains(#""a\n2026 info \u001b[31m \u202e \"q\\ \u2028""#))
    }

    @Test func json() {
        let lines = lines(.json) { $0(.warning, "not tuned", ["pod": "a/b"]) }
        #expect(
            lines == [
                #"{"time":"2026-11-26T02:13:35.042Z","level":"warning","message":"not tuned","pod":"a/b"}"#
            ])
    }
}
