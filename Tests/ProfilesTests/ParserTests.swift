import Testing

@testable import Profiles

@Suite struct ParserTests {
    @Test func readsEverything() throws {
        let profile = try parse(
            """
            # A comment.
            kind: Profile
            apiVersion: tcptune.dev/v1
            metadata: { name: wan-bulk, description: "Bulk: over long paths." }
            spec:
              congestionControl:
                algorithm: tt_cubic
                parameters: { beta: 700, c: 0.4, fast: true, mode: x }
                fallback: [bbr, cubic]
              socket:
                initialCongestionWindow: 20
                congestionWindowClamp: 2000
                initialReceiveWindow: 64
                minimumRTO: 50ms
                maximumDelayedACK: 10ms
                maximumPacingRate: 200Mbit
                sendBuffer: 4MiB
                receiveBuffer: 2MiB
                notSentLowWatermark: 128KiB
                userTimeout: 30s
                keepalive: { idle: 60s, interval: 10s, count: 5 }
                windowClamp: 1MiB
                noDelay: true
                dscp: 10
                ecn: false
                synRetries: 3
              rules:
                - when: { remote: ["fd00::/8", 10.0.0.0/8], port: [443, 80], direction: outbound }
                  congestionControl: { algorithm: dctcp }
                  socket: { ecn: true, keepalive: { count: 9 } }
                - when: { direction: inbound }
              statistics: { rtt: true, deliveryRate: false }
            """)
        var socket = SocketSettings()
        socket.initialCongestionWindow = 20
        socket.congestionWindowClamp = 2000
        socket.initialReceiveWindow = 64
        socket.minimumRTO = 50_000
        socket.maximumDelayedACK = 10_000
        socket.maximumPacingRate = 25_000_000
        socket.sendBuffer = 4 << 20
        socket.receiveBuffer = 2 << 20
        socket.notSentLowWatermark = 128 << 10
        socket.userTimeout = 30_000
        socket.keepalive.idle = 60
        socket.keepalive.interval = 10
        socket.keepalive.count = 5
        socket.windowClamp = 1 << 20
        socket.noDelay = true
        socket.dscp = 10
        socket.ecn = false
        socket.synRetries = 3
        var ruleSocket = SocketSettings()
        ruleSocket.ecn = true
        ruleSocket.keepalive.count = 9
        let expected = Profile(
            name: "wan-bulk", description: "Bulk: over long paths.",
            congestionControl: CongestionControlChoice(
                algorithm: "tt_cubic",
                parameters: [
                    "beta": .integer(700), "c": .number(0.4), "fast": .boolean(true),
                    "mode": .string("x"),
                ], fallback: ["bbr", "cubic"]),
            socket: socket,
            rules: [
                Rule(
                    match: Match(
                        remote: [try IPPrefix("10.0.0.0/8"), try IPPrefix("fd00::/8")],
                        ports: [80, 443], direction: .outbound),
                    congestionControl: CongestionControlChoice(algorithm: "dctcp"),
                    socket: ruleSocket),
                Rule(match: Match(direction: .inbound)),
            ],
            statistics: StatisticsSettings(deliveryRate: false))
        #expect(profile == expected)
        #expect(profile.source == "p.yaml")

        let resolved = profile.resolved
        #expect(resolved.count == 3)
        #expect(resolved[0].congestionControl?.algorithm == "tt_cubic")
        #expect(resolved[0].socket == socket)
        var merged = socket
        merged.ecn = true
        merged.keepalive.count = 9
        #expect(resolved[1].congestionControl == CongestionControlChoice(algorithm: "dctcp"))
        #expect(resolved[1].socket == merged)
        #expect(resolved[2] == resolved[0])
    }

    @Test func theLeastThereCanBe() throws {
        let profile = try parse(profileText())
        #expect(profile == Profile(name: "test"))
        #expect(profile.socket.isEmpty && profile.congestionControl == nil)
        #expect(profile.statistics.enabled && profile.statistics.rtt)
    }

    @Test func statisticsThatAreOffAreAllOff() throws {
        let profile = try parse(profileText(spec: "  statistics: { enabled: false, rtt: true }"))
        #expect(!profile.statistics.rtt && !profile.statistics.deliveryRate)
        #expect(profile.statistics == StatisticsSettings(enabled: false))
    }

    @Test func anchorsAndAliases() throws {
        let profile = try parse(
            profileText(
                spec: """
                      rules:
                        - when: { remote: &inside [10.0.0.0/8], port: [80] }
                        - when: { remote: *inside }
                    """))
        #expect(profile.rules[1].match.remote == [try IPPrefix("10.0.0.0/8")])
    }

    @Test(arguments: [
        "\u{FEFF}" + profileText(), profileText().replacing("\n", with: "\r\n"),
        "---\n" + profileText() + "\n...\n", "%YAML 1.2\n---\n" + profileText(),
        #"{"apiVersion":"tcptune.dev/v1","kind":"Profile","metadata":{"name":"a"},"spec":{}}"#,
    ])
    func otherWaysToWriteIt(text: String) throws {
        _ = try parse(text)
    }

    @Test func windowsAreComparedAfterMerging() {
        let text = profileText(
            spec: """
                  socket: { congestionWindowClamp: 10 }
                  rules:
                    - when: { port: [80] }
                      socket: { initialCongestionWindow: 20 }
                """)
        #expect(
            refusal(text)
                == "p.yaml:9:42: initialCongestionWindow 20 is above congestionWindowClamp 10, "
                + "expected at most the clamp")
    }

    @Test func rulesUpToTheLimit() throws {
        let rule = "    - when: { port: [80] }\n"
        let rules = { "  rules:\n" + String(repeating: rule, count: $0) }
        #expect(try parse(profileText(spec: rules(63))).rules.count == 63)
        #expect(
            refusal(profileText(spec: rules(64))).contains(
                "spec.rules has 64 rules, expected at most 63"))
    }

    @Test(arguments: SocketOption.all.indices)
    func everyOptionAtItsBounds(index: Int) throws {
        let option = SocketOption.all[index]
        guard case .number(let format, let field) = option.value else { return }
        let range =
            switch format {
            case .count(let range), .quantity(_, let range): range
            }
        func text(_ value: UInt32) -> String {
            let entry = "\(option.path.last!): \(format.format(value))"
            return socketText(option.path.count == 1 ? entry : "keepalive: { \(entry) }")
        }
        for value in [range.lowerBound, range.upperBound] {
            #expect(try parse(text(value)).socket[keyPath: field] == value)
        }
        let beyond = [range.lowerBound > 0 ? range.lowerBound - 1 : nil, range.upperBound + 1]
        for value in beyond.compactMap({ $0 }) {
            let message = refusal(text(value))
            #expect(message.contains("out of range"), "\(message)")
            #expect(message.contains(format.format(range.lowerBound)), "\(message)")
            #expect(message.contains(format.format(range.upperBound)), "\(message)")
        }
    }
}
