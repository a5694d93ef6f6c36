import Foundation
import Testing

@testable import Profiles

@Suite struct CanonicalTests {
    @Test func isInOrderWithTheLargestUnits() throws {
        let profile = try parse(
            """
            kind: Profile
            spec:
              statistics: { rtt: false, enabled: true }
              rules:
                - socket: { minimumRTO: 0.1s, keepalive: { count: 3, idle: 60000ms } }
                  when: { port: [443, 80, 443], remote: ["::ffff:10.0.0.0/104", "FD00::/8"] }
              socket: { ecn: true, maximumPacingRate: 0.2Gbit }
              congestionControl:
                { fallback: [cubic, reno], parameters: { b: 2, a: "1", c: 1.0 }, algorithm: bbr }
            metadata: { description: "two: \\"lines\\"\\n\\u200b", name: test }
            apiVersion: tcptune.dev/v1
            """)
        #expect(
            profile.canonicalYAML == """
                apiVersion: tcptune.dev/v1
                kind: Profile
                metadata:
                  name: test
                  description: "two: \\"lines\\"\\n\\U0000200b"
                spec:
                  congestionControl:
                    algorithm: bbr
                    parameters:
                      a: "1"
                      b: 2
                      c: 1.0
                    fallback: [cubic, reno]
                  socket:
                    maximumPacingRate: 200Mbit
                    ecn: true
                  rules:
                    - when:
                        remote: [10.0.0.0/8, "fd00::/8"]
                        port: [80, 443]
                      socket:
                        minimumRTO: 100ms
                        keepalive:
                          idle: 1min
                          count: 3
                  statistics:
                    rtt: false

                """)
        #expect(try parse(profile.canonicalYAML) == profile)
    }

    @Test func hashFollowsTheMeaningOnly() throws {
        let one = try parse(socketText("minimumRTO: 50ms", "ecn: true"))
        let same = try parse(socketText("# why", "ecn: true", "minimumRTO: 0.05s"))
        let other = try parse(socketText("minimumRTO: 51ms", "ecn: true"))
        #expect(one.contentHash == same.contentHash)
        #expect(one.contentHash != other.contentHash)
        // FNV-1a, so that another build finds the same.
        #expect(one.contentHash == "8fdb96fb98194d8e")
    }

    @Test(arguments: [
        "true", "null", "1", "-1", "1e5", "~", "", "a b", "a: b", "- a", "#a", "'", "é", "👍🏽",
        "a\tb", "%a", "1.0", "10Mbit", "a/b", "*a", "&a", "!a", "[a", "a,b", "\u{2028}", "\u{FEFF}",
    ])
    func textsReadBackAsTheyAre(text: String) throws {
        let profile = Profile(
            name: "a", description: text,
            congestionControl: CongestionControlChoice(
                algorithm: "1", parameters: ["p": .string(text)]))
        #expect(try parse(profile.canonicalYAML) == profile)
    }

    @Test(arguments: [
        0.1, 1e-300, 1.7976931348623157e308, -0.0, Double.leastNonzeroMagnitude, 1e21,
    ])
    func numbersReadBackAsTheyAre(number: Double) throws {
        let profile = Profile(
            name: "a",
            congestionControl: CongestionControlChoice(
                algorithm: "a", parameters: ["p": .number(number)]))
        #expect(try parse(profile.canonicalYAML) == profile)
    }

    @Test func everyOptionReadsBack() throws {
        for option in SocketOption.all {
            var profile = Profile(name: "a")
            switch option.value {
            case .flag(let field): profile.socket[keyPath: field] = true
            case .number(.count(let range), let field),
                .number(.quantity(_, let range), let field):
                profile.socket[keyPath: field] = range.upperBound
            }
            #expect(try parse(profile.canonicalYAML) == profile)
            #expect(ProfileDiff(from: Profile(name: "a"), to: profile).changes.count == 1)
        }
    }
}

@Suite struct DiffTests {
    @Test func namesWhatDiffers() throws {
        let old = try parse(
            profileText(
                spec: """
                      congestionControl: { algorithm: bbr, parameters: { a: 1, b: 2 } }
                      socket: { ecn: true, keepalive: { idle: 60s } }
                      rules: [{ when: { port: [80] }, socket: { dscp: 1 } }]
                    """))
        let new = try parse(
            profileText(
                spec: """
                      congestionControl: { algorithm: cubic, parameters: { b: 2, c: 3 } }
                      socket: { keepalive: { idle: 1min, count: 5 } }
                      rules:
                        - { when: { port: [80, 443] }, socket: { dscp: 1 } }
                        - { when: { direction: inbound } }
                      statistics: { rtt: false }
                    """, name: "other"))
        typealias Change = ProfileDiff.Change
        #expect(
            ProfileDiff(from: old, to: new).changes == [
                Change(path: "metadata.name", old: "test", new: "other"),
                Change(path: "spec.congestionControl.algorithm", old: "bbr", new: "cubic"),
                Change(path: "spec.congestionControl.parameters.a", old: "1", new: nil),
                Change(path: "spec.congestionControl.parameters.c", old: nil, new: "3"),
                Change(path: "spec.socket.keepalive.count", old: nil, new: "5"),
                Change(path: "spec.socket.ecn", old: "true", new: nil),
                Change(path: "spec.rules[0].when.port", old: "[80]", new: "[80, 443]"),
                Change(path: "spec.rules[1].when.direction", old: nil, new: "inbound"),
                Change(path: "spec.statistics.rtt", old: "true", new: "false"),
            ])
    }

    @Test func ofTheSameIsEmpty() throws {
        let one = try parse(socketText("minimumRTO: 50ms"))
        let same = try parse(socketText("minimumRTO: 0.05s # why"))
        #expect(ProfileDiff(from: one, to: same).isEmpty)
    }
}
