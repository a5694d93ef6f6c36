import Testing

@testable import Profiles

/// Everything that is refused, word for word: the messages are what users see of the parser.
@Suite struct RefusalTests {
    @Test(arguments: [
        (
            "initialCongestionWindow: 0",
            "6:30: spec.socket.initialCongestionWindow: '0' is out of range, expected 1 to 2147483647"
        ),
        (
            "initialCongestionWindw: 5",
            "6:5: unknown key 'initialCongestionWindw' in spec.socket, "
                + "did you mean 'initialCongestionWindow'?"
        ),
        (
            "initialCongestionWindow: ten",
            "6:30: spec.socket.initialCongestionWindow is the text 'ten', "
                + "expected a whole number, 1 to 2147483647"
        ),
        (
            #"initialCongestionWindow: "10""#,
            "6:30: spec.socket.initialCongestionWindow is the text '10', "
                + "expected a whole number, 1 to 2147483647"
        ),
        (
            "initialCongestionWindow: 1.5",
            "6:30: spec.socket.initialCongestionWindow is the number 1.5, "
                + "expected a whole number, 1 to 2147483647"
        ),
        (
            "initialCongestionWindow: [1]",
            "6:30: spec.socket.initialCongestionWindow is a list, "
                + "expected a whole number, 1 to 2147483647"
        ),
        (
            "initialCongestionWindow: 99999999999999999999",
            "6:30: spec.socket.initialCongestionWindow: '99999999999999999999' is out of range, expected 1 to 2147483647"
        ),
        (
            "minimumRTO: 50",
            "6:17: spec.socket.minimumRTO: '50' has no unit, "
                + "expected a duration in us, ms, s, min or h, such as 50ms"
        ),
        (
            "minimumRTO: 500ms",
            "6:17: spec.socket.minimumRTO: '500ms' is out of range, expected 1ms to 200ms"
        ),
        (
            "maximumPacingRate: 10Mb",
            "6:24: spec.socket.maximumPacingRate: unknown unit 'Mb' in '10Mb', "
                + "expected a rate in bit, kbit, Mbit or Gbit per second, such as 200Mbit"
        ),
        (
            "keepalive: { idle: 1500ms }",
            "6:24: spec.socket.keepalive.idle: '1500ms' is too fine, expected whole seconds"
        ),
        (
            "keepalive: {}",
            "6:16: spec.socket.keepalive is empty, expected idle, interval or count"
        ),
        (
            "noDelay: yes",
            "6:14: spec.socket.noDelay is the text 'yes', expected true or false"
        ),
        ("dscp: 64", "6:11: spec.socket.dscp: '64' is out of range, expected 0 to 63"),
        (
            "dscp: 0x10",
            "6:11: spec.socket.dscp is the text '0x10', expected a whole number, 0 "
                + "to 63"
        ),
        ("dscp:", "6:10: spec.socket.dscp is empty, expected a whole number, 0 to 63"),
    ])
    func socket(line: String, message: String) {
        #expect(refusal(socketText(line)) == "p.yaml:\(message)".replacing(":6:", with: ":7:"))
    }

    @Test(arguments: [
        (
            "  congestionControl: bbr",
            "6:22: spec.congestionControl is the text 'bbr', expected a mapping "
                + "with algorithm, parameters or fallback"
        ),
        (
            "  congestionControl: { fallback: [bbr] }",
            "6:22: missing key 'algorithm' in spec.congestionControl, expected a "
                + "controller's name of letters, digits, '_', '-' and '.', 1 to 15 "
                + "characters"
        ),
        (
            "  congestionControl: { algorithm: bbr, fallback: [cubic, bbr] }",
            "6:58: fallback 'bbr' is already to be tried before, expected another "
                + "controller"
        ),
        (
            "  congestionControl: { algorithm: sixteen_letters_ }",
            "6:35: spec.congestionControl.algorithm is the text "
                + "'sixteen_letters_', expected a controller's name of letters, digits, "
                + "'_', '-' and '.', 1 to 15 characters"
        ),
        (
            "  congestionControl: { algorithm: a, parameters: { b: [1] } }",
            "6:55: spec.congestionControl.parameters.b is a list, expected a "
                + "number, true, false, or text"
        ),
        (
            "  congestionControl: { algorithm: a, parameters: { b: 1e999 } }",
            "6:55: spec.congestionControl.parameters.b: number out of range, "
                + "expected 64 bits, or a finite number"
        ),
        (
            "  congestionControl: { algorithm: a, parameters: { b-c: 1 } }",
            "6:52: spec.congestionControl.parameters: 'b-c' is no name here, "
                + "expected a parameter's name of letters, digits and '_', at most 63 "
                + "characters"
        ),
        ("  rules: { when: {} }", "6:10: spec.rules is a mapping, expected a list of rules"),
        (
            "  rules: [{ when: {} }]",
            "6:19: spec.rules[0].when is empty, expected remote, port or direction"
        ),
        (
            "  rules: [{ socket: { ecn: true } }]",
            "6:11: missing key 'when' in spec.rules[0], expected a mapping"
        ),
        (
            "  rules: [{ when: { port: 443 } }]",
            "6:27: spec.rules[0].when.port is the number 443, expected a list of "
                + "ports"
        ),
        (
            "  rules: [{ when: { port: [0] } }]",
            "6:28: spec.rules[0].when.port[0]: '0' is out of range, expected 1 to "
                + "65535"
        ),
        (
            "  rules: [{ when: { remote: [10.1.0.0/8] } }]",
            "6:30: spec.rules[0].when.remote[0]: '10.1.0.0/8' has bits set beyond "
                + "its length, expected 10.0.0.0/8"
        ),
        (
            "  rules: [{ when: { remote: [] } }]",
            "6:29: spec.rules[0].when.remote has 0 prefixes, expected at least 1"
        ),
        (
            "  rules: [{ when: { direction: out } }]",
            "6:32: spec.rules[0].when.direction is the text 'out', expected "
                + "outbound or inbound"
        ),
        (
            "  rules: [{ when: { ports: [1] } }]",
            "6:21: unknown key 'ports' in spec.rules[0].when, did you mean 'port'?"
        ),
        (
            "  somethingElse: []",
            "6:3: unknown key 'somethingElse' in spec, expected congestionControl, "
                + "socket, rules, headerOptions or statistics"
        ),
        (
            "  statistics: { rtt: 1 }",
            "6:22: spec.statistics.rtt is the number 1, expected true or false"
        ),
        ("  socket: !map { }", "6:11: tag '!map', expected a value without a tag"),
        ("  ? [a]\n  : b", "6:5: a key that is no plain name, expected a key such as name"),
        (
            "  socket: *nowhere",
            "6:11: unknown alias 'nowhere', expected one of an anchor that ends "
                + "before it"
        ),
    ])
    func spec(text: String, message: String) {
        #expect(refusal(profileText(spec: text)) == "p.yaml:\(message)")
    }

    @Test(arguments: [
        ("-a", "name of a-z"), ("a-", "name of a-z"), ("A", "name of a-z"), ("a_b", "name of a-z"),
        (String(repeating: "a", count: 64), "name of a-z"), ("1", "the number 1"),
        (#""a\nb""#, "name of a-z"), ("''", "name of a-z"),
    ])
    func names(name: String, message: String) {
        #expect(refusal(profileText(name: name)).contains(message))
    }

    @Test func everythingAtOnceInOrder() {
        let text = """
            apiVersion: tcptune.dev/v1
            metadata: { nam: x }
            spec:
              socket:
                dscp: 99
                ecn: 1
                dscp: 5
              rules:
                - when: { port: [70000] }
            extra: 1
            """
        let lines = refusal(text).split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(
            lines == [
                "p.yaml:1:1:", "p.yaml:2:11:", "p.yaml:2:13:", "p.yaml:5:11:", "p.yaml:6:10:",
                "p.yaml:7:5:", "p.yaml:9:22:", "p.yaml:10:1:",
            ])
        let duplicate = "7:5: duplicate key 'dscp', expected one only (the first is at 5:5)"
        #expect(refusal(text).contains(duplicate))
    }

    @Test func manyErrorsAreCut() {
        let text = profileText(spec: (1...500).map { "  key\($0): 1" }.joined(separator: "\n"))
        let lines = refusal(text).split(separator: "\n")
        #expect(lines.count == 101)
        #expect(lines.last == "p.yaml: 400 more errors, correct these first")
    }

    @Test(arguments: [
        (
            "apiVersion: tcptune.dev/v2\nkind: Profile\nspec: { new: 1 }",
            "p.yaml:1:13: apiVersion 'tcptune.dev/v2' is not one this build reads, "
                + "expected tcptune.dev/v1"
        ),
        (
            "apiVersion: tcptune.dev/v1\nkind: Scenario\nspec: { new: 1 }",
            "p.yaml:2:7: kind 'Scenario' is no profile, expected Profile"
        ),
        (
            profileText() + "\n---\n" + profileText(),
            "p.yaml:7:1: another document starts here, expected one profile per "
                + "file"
        ),
        ("", "p.yaml: is empty, expected a Profile (apiVersion: tcptune.dev/v1)"),
        ("# nothing\n", "p.yaml: is empty, expected a Profile (apiVersion: tcptune.dev/v1)"),
        (
            "- a",
            "p.yaml:1:1: the file is a list, expected a mapping with apiVersion, "
                + "kind, metadata or spec"
        ),
        (
            "just text",
            "p.yaml:1:1: the file is the text 'just text', expected a mapping with "
                + "apiVersion, kind, metadata or spec"
        ),
        ("a: \0", "p.yaml: is not text, expected YAML in UTF-8"),
        (
            "a: [1",
            "p.yaml:2:1: no valid YAML: did not find expected ',' or ']' while "
                + "parsing a flow sequence"
        ),
        (
            "\ta: 1",
            "p.yaml:1:1: no valid YAML: found character that cannot start any "
                + "token while scanning for the next token"
        ),
    ])
    func wholeFiles(text: String, message: String) {
        #expect(refusal(text) == message)
    }

    @Test func unknownValuesAreShortInMessages() {
        let message = refusal(socketText("ecn: \(String(repeating: "x", count: 5000))"))
        #expect(message.count < 200)
        #expect(refusal(socketText(#"ecn: "a\nb\x1b[0m""#)).contains(#"'a\nb\u{1B}[0m'"#))
    }
}
