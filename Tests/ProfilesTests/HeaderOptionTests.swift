import Testing

@testable import Profiles

@Suite struct HeaderOptionTests {
    @Test func everyTypeIsRead() throws {
        let profile = try parse(
            HeaderOptionTexts.profile([
                "{ type: telemetry, peers: [10.2.0.0/16, 10.0.0.0/8, 10.2.0.0/16], every: 100ms }",
                "{ type: raw, exid: 0xABCD, on: [data, fin], every: 8 }",
                "{ type: delayed-ack, maximum: 5ms }",
                "{ type: user-timeout, value: 30s }",
                "{ type: raw, kind: 200, value: text:ab, on: [synack] }",
            ]))
        #expect(
            profile.headerOptions == [
                HeaderOption(
                    .telemetry(every: .interval(100_000)),
                    peers: [try IPPrefix("10.0.0.0/8"), try IPPrefix("10.2.0.0/16")]),
                HeaderOption(
                    .raw(id: .exid(0xABCD), value: [], on: [.data, .fin], every: .segments(8))),
                HeaderOption(.delayedACK(maximum: 5000)),
                HeaderOption(.userTimeout(30)),
                HeaderOption(
                    .raw(id: .kind(200), value: [0x61, 0x62], on: [.synack], every: .roundTrip)),
            ])
    }

    @Test(arguments: HeaderOptionTexts.accepted)
    func readsBack(text: String) throws {
        let profile = try parse(HeaderOptionTexts.profile(text))
        #expect(profile.headerOptions.count == 1)
        #expect(try parse(profile.canonicalYAML) == profile)
        let none = try parse(profileText())
        #expect(profile != none)
        #expect(profile.contentHash != none.contentHash)
    }

    @Test func theCanonicalFormSaysWhatIsSet() throws {
        let profile = try parse(
            HeaderOptionTexts.profile([
                "{ every: rtt, type: telemetry, peers: ['fd00::/8', 10.0.0.0/8] }",
                "{ type: user-timeout, value: 120s }",
                "{ type: delayed-ack, maximum: 5000us }",
                "{ on: [fin, data, fin], type: raw, value: 'hex:', exid: 4660, every: 0.1s }",
                "{ type: raw, kind: 200, value: 'text:az', on: [syn] }",
            ]))
        #expect(
            profile.canonicalYAML.hasSuffix(
                """
                spec:
                  headerOptions:
                    - type: telemetry
                      peers: [10.0.0.0/8, "fd00::/8"]
                    - type: user-timeout
                      value: 2min
                    - type: delayed-ack
                      maximum: 5ms
                    - type: raw
                      exid: 0x1234
                      on: [data, fin]
                      every: 100ms
                    - type: raw
                      kind: 200
                      value: "hex:61 7a"
                      on: [syn]

                """))
    }

    @Test func theOrderCounts() throws {
        let texts = ["{ type: telemetry }", "{ type: user-timeout, value: 30s }"]
        let one = try parse(HeaderOptionTexts.profile(texts))
        let other = try parse(HeaderOptionTexts.profile(texts.reversed()))
        #expect(one != other)
        #expect(one.contentHash != other.contentHash)
    }

    @Test func differencesAreNamed() throws {
        let old = try parse(
            HeaderOptionTexts.profile([
                "{ type: telemetry }", "{ type: raw, exid: 0x1234, value: 'hex:01', on: [syn] }",
            ]))
        let new = try parse(
            HeaderOptionTexts.profile([
                "{ type: telemetry, every: 100ms, peers: [10.0.0.0/8] }",
                "{ type: raw, exid: 0x1234, on: [syn, synack] }",
                "{ type: delayed-ack, maximum: 5ms }",
            ]))
        typealias Change = ProfileDiff.Change
        #expect(
            ProfileDiff(from: old, to: new).changes == [
                Change(path: "spec.headerOptions[0].every", old: "rtt", new: "100ms"),
                Change(path: "spec.headerOptions[0].peers", old: nil, new: "[10.0.0.0/8]"),
                Change(
                    path: "spec.headerOptions[1].value", old: "\"hex:01\"", new: "\"hex:\""),
                Change(path: "spec.headerOptions[1].on", old: "[syn]", new: "[syn, synack]"),
                Change(path: "spec.headerOptions[2].type", old: nil, new: "delayed-ack"),
                Change(path: "spec.headerOptions[2].maximum", old: nil, new: "5ms"),
            ])
        #expect(ProfileDiff(from: old, to: old).isEmpty)
    }

    @Test func roomIsCountedPerSegment() throws {
        let profile = try parse(
            HeaderOptionTexts.profile([
                "{ type: telemetry }", "{ type: identity, value: { pod: true } }",
                "{ type: raw, exid: 0x1234, value: 'hex:01', on: [data] }",
            ]))
        let syn = HeaderOptionRoom(of: profile.headerOptions, on: .syn)
        typealias Part = HeaderOptionRoom.Part
        #expect(
            syn.parts == [
                Part(name: "hello", bytes: 6, index: 0), Part(name: "identity", bytes: 8, index: 1),
                Part(name: "raw 0x1234", bytes: 4, index: 2),
            ])
        #expect(syn.kernel == 20 && syn.padding == 2 && syn.total == 40)
        let data = HeaderOptionRoom(of: profile.headerOptions, on: .data)
        #expect(data.kernel == 12 && data.padding == 3 && data.total == 40)
        let fin = HeaderOptionRoom(of: profile.headerOptions, on: .fin)
        #expect(fin.parts.isEmpty && fin.total == 12)
        #expect(HeaderOptionRoom(of: [], on: .syn).total == 20)
    }
}

/// Everything that is refused, word for word.
@Suite struct HeaderOptionRefusalTests {
    private static let types = "telemetry, identity, delayed-ack, user-timeout, raw or plugin"

    @Test(arguments: [
        ("{ type: telemtry }", "15: unknown type 'telemtry' in @, did you mean 'telemetry'?"),
        ("{ type: zzz }", "15: unknown type 'zzz' in @, expected \(types)"),
        ("{ every: rtt }", "7: missing key 'type' in @, expected \(types)"),
        ("{ type: }", "15: unknown type '' in @, expected \(types)"),
        ("{ type: [raw] }", "15: @.type is a list, expected \(types)"),
        ("telemetry", "7: @ is the text 'telemetry', expected a mapping with type"),
        (
            "{ type: telemetry, maximum: 5ms }",
            "26: unknown key 'maximum' in @ of type telemetry, expected type, every or peers"
        ),
        (
            "{ type: telemetry, ever: rtt }",
            "26: unknown key 'ever' in @ of type telemetry, did you mean 'every'?"
        ),
        (
            "{ type: telemetry, every: often }",
            "33: @.every is the text 'often', "
                + "expected rtt, segment, a duration such as 100ms, or a number of data segments"
        ),
        (
            "{ type: telemetry, every: 0 }",
            "33: @.every: '0' is out of range, expected 1 to 1000000 segments"
        ),
        (
            "{ type: telemetry, every: 100us }",
            "33: @.every: '100us' is out of range, expected 1ms to 1h"
        ),
        (
            "{ type: telemetry, peers: [] }",
            "33: @.peers has 0 prefixes, expected at least 1"
        ),
        (
            "{ type: identity, value: { pod: false } }",
            "32: an identity that tells nothing, expected pod: true or profile: true"
        ),
        (
            "{ type: identity, value: { pod: maybe } }",
            "39: @.value.pod is the text 'maybe', expected true or false"
        ),
        ("{ type: identity }", "7: missing key 'value' in @ of type identity, expected a mapping"),
        (
            "{ type: delayed-ack, maximum: 300ms }",
            "37: @.maximum: '300ms' is out of range, expected 1ms to 200ms"
        ),
        (
            "{ type: delayed-ack, maximum: 5.01ms }",
            "37: a maximum of 5010us is too fine, expected whole tenths of a millisecond"
        ),
        (
            "{ type: user-timeout, value: 32768min }",
            "36: @.value: '32768min' is out of range, expected 1s to 32767min"
        ),
        (
            "{ type: user-timeout, value: 1500ms }",
            "36: @.value: '1500ms' is too fine, expected whole seconds"
        ),
        (
            "{ type: user-timeout, value: 32768s }",
            "36: a user timeout of 32768s is too fine, expected whole minutes above 32767s"
        ),
        (
            "{ type: raw, on: [syn] }",
            "7: a raw option without identifier, expected exid, such as 0xABCD, or kind"
        ),
        (
            "{ type: raw, exid: 0x1234, kind: 200, on: [syn] }",
            "40: a raw option with both exid and kind, expected one of them"
        ),
        (
            "{ type: raw, exid: 0x12345, on: [syn] }",
            "26: @.exid: '0x12345' is out of range, expected 0x0000 to 0xFFFF"
        ),
        (
            "{ type: raw, exid: ABCD, on: [syn] }",
            "26: @.exid is the text 'ABCD', expected an ExID such as 0xABCD"
        ),
        (
            "{ type: raw, exid: 0x7474, on: [syn] }",
            "26: ExID 0x7474 is tcptune's own, expected one of your own"
        ),
        (
            "{ type: raw, exid: 0xF989, on: [syn] }",
            "26: ExID 0xF989 is TCP Fast Open's (RFC 7413), expected one of your own"
        ),
        (
            "{ type: raw, exid: 0x1234, value: 'hex:01 0', on: [syn] }",
            "41: @.value: 'hex:01 0' is bad hex, expected two digits per byte, such as hex:01 02 03"
        ),
        (
            "{ type: raw, exid: 0x1234, value: 1, on: [syn] }",
            "41: @.value is the number 1, expected hex:01 02 03 or text:abc, at most 32 bytes"
        ),
        (
            "{ type: raw, exid: 0x1234, value: hex:00112233445566778899aabbccddeeff"
                + "00112233445566778899aabbccddeeff00, on: [syn] }",
            "41: @.value: 33 bytes are too long, expected at most 32"
        ),
        (
            "{ type: raw, exid: 0x1234, on: [] }",
            "38: @.on has 0 segments, expected at least 1"
        ),
        (
            "{ type: raw, exid: 0x1234 }",
            "7: missing key 'on' in @ of type raw, expected a list of segments"
        ),
        (
            "{ type: raw, exid: 0x1234, on: [ack] }",
            "39: @.on[0] is the text 'ack', expected syn or synack or data or fin"
        ),
        (
            "{ type: raw, exid: 0x1234, on: [syn], every: rtt }",
            "52: every is about data segments, which this option isn't on, "
                + "expected data in on, or no every"
        ),
        (
            "{ type: raw, kind: 28, on: [syn] }",
            "26: kind 28 is the user timeout, expected type: user-timeout"
        ),
        (
            "{ type: raw, kind: 254, on: [syn] }",
            "26: kind 254 is shared by experiments, expected exid: with an identifier of your own"
        ),
        (
            "{ type: raw, kind: 256, on: [syn] }",
            "26: @.kind: '256' is out of range, expected 0 to 255"
        ),
    ])
    func options(text: String, message: String) {
        let expected = "p.yaml:7:" + message.replacing("@", with: "spec.headerOptions[0]")

        #expect(refusal(HeaderOptionTexts.profile(text)) == expected)
    }

    @Test func reservedKinds() throws {
        let reserved: Set<Int> = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 19, 28, 29, 30, 34, 172, 174, 253, 254,
        ]
        for kind in 0...255 {
            let text = HeaderOptionTexts.profile("{ type: raw, kind: \(kind), on: [syn] }")
            if reserved.contains(kind) {
                #expect(refusal(text).hasPrefix("p.yaml:7:26: kind \(kind) is "))
            } else {
                #expect(try parse(text).headerOptions.count == 1)
            }
        }
    }

    @Test(arguments: [
        (
            ["{ type: telemetry }", "{ type: telemetry, every: 5 }"],
            ["8:7: a second option of type telemetry, expected one only"]
        ),
        (
            [
                "{ type: raw, exid: 0x1234, on: [syn] }",
                "{ type: raw, on: [data], exid: 4660 }",
                "{ type: raw, kind: 200, on: [syn] }",
                "{ type: raw, kind: 200, on: [fin] }",
                "{ type: raw, kind: 201, on: [fin] }",
            ],
            [
                "8:38: ExID 0x1234 is already another option's, expected one of its own",
                "10:26: kind 200 is already another option's, expected one of its own",
                "11:7: more than 4 raw options and plug-ins, expected at most 4",
            ]
        ),
        (
            [
                "{ type: telemetry }", "{ type: identity, value: { pod: true } }",
                "{ type: delayed-ack, maximum: 5ms }", "{ type: user-timeout, value: 30s }",
                "{ type: raw, exid: 0x1234, value: 'text:12345', on: [syn] }",
            ],
            [
                "11:7: the options of a SYN take 44 bytes, 4 too many, expected at most 40; there "
                    + "are the kernel's own 20 (MSS 4, SACK permitted 2, timestamps 10, window "
                    + "scale 3, padding 1), hello 6, delayed-ack 2, user-timeout 4, "
                    + "raw 0x1234 9, padding 3"
            ]
        ),
        (
            [
                "{ type: raw, exid: 0x1234, value: 'text:abcde', on: [data, fin] }",
                "{ type: telemetry }",
            ],
            [
                "8:7: the options of a data segment take 44 bytes, 4 too many, expected at most "
                    + "40; there are the kernel's own 12 (timestamps 10, padding 2), raw 0x1234 9, "
                    + "telemetry 20, padding 3"
            ]
        ),
        (
            [
                "{ type: user-timeout, value: 30s }",
                "{ type: raw, kind: 200, value: 'text:123456789012345', on: [synack] }",
                "{ type: raw, exid: 0x1234, value: 'text:1234567890123456789012345', on: [fin] }",
            ],
            [
                "8:7: the options of a SYN-ACK take 48 bytes, 8 too many, expected at most 40; "
                    + "there are the kernel's own 20 (MSS 4, SACK permitted 2, timestamps 10, "
                    + "window scale 3, padding 1), user-timeout 4, raw kind 200 17, raw 0x1234 4, "
                    + "padding 3",
                "9:7: the options of a FIN take 44 bytes, 4 too many, expected at most 40; there "
                    + "are the kernel's own 12 (timestamps 10, padding 2), raw 0x1234 29, padding 3",
            ]
        ),
        (
            ["{ type: telemtry }", "{ type: raw, exid: 0x7474, value: 'hex:x', on: [] }"],
            [
                "7:15: unknown type 'telemtry' in spec.headerOptions[0], did you mean 'telemetry'?",
                "8:26: ExID 0x7474 is tcptune's own, expected one of your own",
                "8:41: spec.headerOptions[1].value: 'hex:x' is bad hex, expected two digits per "
                    + "byte, such as hex:01 02 03",
                "8:54: spec.headerOptions[1].on has 0 segments, expected at least 1",
            ]
        ),
    ])
    func lists(texts: [String], messages: [String]) {
        let expected = messages.map { "p.yaml:\($0)" }.joined(separator: "\n")
        #expect(refusal(HeaderOptionTexts.profile(texts)) == expected)
    }

    /// What has no room for it in the handshake tells the identity in a second hello.
    @Test func theIdentityFollowsWhereTheHandshakeIsFull() throws {
        let profile = try parse(
            HeaderOptionTexts.profile([
                "{ type: telemetry, peers: [10.0.0.0/8], every: rtt }",
                "{ type: identity, value: { pod: true, profile: true } }",
                "{ type: delayed-ack, maximum: 5ms }", "{ type: user-timeout, value: 30s }",
                "{ type: raw, exid: 0xABCD, value: 'hex:01 02 03', on: [syn, synack, data, fin] }",
            ]))
        let room = HeaderOptionRoom(of: profile.headerOptions, on: .syn)
        #expect(room.identityFollows)
        #expect(room.total == 40)
        #expect(room.parts.map(\.name) == ["hello", "delayed-ack", "user-timeout", "raw 0xABCD"])
        let shorter = HeaderOptionRoom(of: Array(profile.headerOptions.prefix(4)), on: .syn)
        #expect(!shorter.identityFollows)
        #expect(shorter.total == 40)
    }

    @Test(arguments: ["name: Queue", "name: ''", "name: -q", "name: q, every: rtt"])
    func badPlugins(keys: String) {
        let on = keys.contains("every") ? "syn" : "data"
        let text = HeaderOptionTexts.profile("{ type: plugin, \(keys), on: [\(on)] }")
        #expect(!refusal(text).isEmpty)
    }

    @Test func tooManyOptions() {
        let texts = Array(repeating: "{ type: telemetry }", count: 9)
        #expect(
            refusal(HeaderOptionTexts.profile(texts))
                == "p.yaml:7:5: spec.headerOptions has 9 options, expected at most 8")
    }
}
