import Testing

@testable import BPF

@Suite struct KnobTests {
    @Test func findsEveryKnobWithItsType() throws {
        let object = try Object(BPFPrograms.sockops)
        let kinds = Dictionary(uniqueKeysWithValues: object.knobs.map { ($0.name, $0.kind) })
        #expect(
            kinds == [
                "increment": .unsigned(bits: 32), "enabled": .bool, "tiny": .signed(bits: 8),
                "large": .signed(bits: 64), "huge": .unsigned(bits: 64),
                "mode": .enumeration(
                    name: "mode", bits: 32, isSigned: false,
                    cases: ["MODE_OFF": 0, "MODE_COUNT": 3, "MODE_LARGE": 0x8000_0000]),
                "direction": .enumeration(
                    name: "direction", bits: 32, isSigned: true,
                    cases: ["BACKWARD": -1, "FORWARD": 1]),
                "label": .string(capacity: 8), "pair": .bytes(type: "pair"),
                "table": .bytes(type: ""),
            ])
        #expect(object.knobs.map(\.offset) == object.knobs.map(\.offset).sorted())
    }

    @Test func hasDefaultsAndTags() throws {
        let object = try Object(BPFPrograms.sockops)
        let knobs = Dictionary(uniqueKeysWithValues: object.knobs.map { ($0.name, $0) })
        #expect(knobs["increment"]?.tags == ["unit:connections", "range:1..9"])
        #expect(knobs["tiny"]?.tags == [])
        #expect(
            knobs.mapValues(\.defaultValue) == [
                "increment": .unsigned(1), "enabled": .bool(true), "tiny": .signed(-3),
                "large": .signed(-5_000_000_000), "huge": .unsigned(.max), "mode": .unsigned(3),
                "direction": .signed(-1), "label": .string("abc"),
                "pair": .bytes([1, 0, 0, 0, 2, 0, 0, 0]), "table": .bytes([1, 0, 2, 0, 3, 0]),
            ])
    }

    @Test func aSetKnobKeepsItsDefault() throws {
        let object = try Object(BPFPrograms.sockops)
        try object.set(knob: "increment", to: 5)
        #expect(object.knobs.first { $0.name == "increment" }?.defaultValue == .unsigned(1))
    }

    /// A value for a knob, and its bytes when it fits.
    struct Encoding: Sendable {
        let knob: String
        let value: KnobValue
        let bytes: [UInt8]?

        init(_ knob: String, _ value: KnobValue, _ bytes: [UInt8]?) {
            self.knob = knob
            self.value = value
            self.bytes = bytes
        }
    }

    static let encodings: [Encoding] = [
        Encoding("increment", 0xffff_ffff, [0xff, 0xff, 0xff, 0xff]),
        Encoding("increment", 0x1_0000_0000, nil),
        Encoding("increment", -1, nil),
        Encoding("increment", true, nil),
        Encoding("enabled", false, [0]),
        Encoding("enabled", 1, nil),
        Encoding("tiny", 127, [127]),
        Encoding("tiny", -128, [128]),
        Encoding("tiny", 128, nil),
        Encoding("tiny", -129, nil),
        Encoding("tiny", .unsigned(.max), nil),
        Encoding("large", .signed(.min), [0, 0, 0, 0, 0, 0, 0, 0x80]),
        Encoding("huge", .unsigned(.max), Array(repeating: 0xff, count: 8)),
        Encoding("huge", -1, nil),
        Encoding("mode", "MODE_LARGE", [0, 0, 0, 0x80]),
        Encoding("mode", "MODE_NONE", nil),
        Encoding("mode", 7, [7, 0, 0, 0]),
        Encoding("direction", "BACKWARD", [0xff, 0xff, 0xff, 0xff]),
        Encoding("label", "1234567", Array("1234567\0".utf8)),
        Encoding("label", "12345678", nil),
        Encoding("pair", .bytes([1, 2, 3]), nil),
        Encoding("pair", .bytes(Array(1...8)), Array(1...8)),
    ]

    @Test(arguments: encodings)
    func encodesWhatFits(_ encoding: Encoding) throws {
        let object = try Object(BPFPrograms.sockops)
        let knob = try #require(object.knobs.first { $0.name == encoding.knob })
        if let bytes = encoding.bytes {
            #expect(try knob.encode(encoding.value) == bytes)
        } else {
            let error = #expect(throws: BPFError.self) { try knob.encode(encoding.value) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.hint != nil)
        }
    }

    @Test func refusesUnknownNamesAndWrongSizes() throws {
        let object = try Object(BPFPrograms.sockops)
        #expect(throws: BPFError.self) { try object.set(knob: "not_a_knob", to: 1) }
        #expect(throws: BPFError.self) { try object.set(knob: "pair", toBytesOf: UInt32(1)) }
        try object.set(knob: "pair", toBytesOf: UInt64(1))
    }
}
