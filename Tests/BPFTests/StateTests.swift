import TestSupport
import Testing

@testable import BPF
@testable import CongestionControl
@testable import Telemetry

/// What a controller shows of its state, from the type information of the fixture `states`.
@Suite struct StateTests {
    @Test func membersWithATagAreFound() throws {
        let object = try Object(BPFPrograms.states)
        let found = object.structure(pointedToBy: "tcptune_exported_state")
        let structure = try #require(found)
        #expect(structure.name == "tt_states")
        #expect(structure.size == 96)
        let members = Dictionary(uniqueKeysWithValues: structure.members.map { ($0.name, $0) })
        #expect(
            structure.members.map(\.name) == [
                "flag", "three", "bit", "small_phase", "tiny", "phase", "other_phase", "direction",
                "low", "crossing", "large", "negative", "range", "pair", "numbers", "shares_q4",
                "gains",
            ])
        #expect(members["flag"]?.tags == ["state:doc=A flag"])
        #expect(members["three"]?.bits == 8..<11)
        #expect(members["crossing"]?.bits == 134..<145)
        #expect(
            members["direction"]?.kind
                == .enumeration(isSigned: true, cases: ["DOWN": -1, "UP": 1]))
        #expect(members["numbers"]?.kind == .array(.unsigned, count: 3, bits: 16))
    }

    @Test func noVariableNoStructure() throws {
        let object = try Object(BPFPrograms.controller)
        #expect(isNil(object.structure(pointedToBy: "floor_segments")))
        #expect(isNil(StateDescription(exportedBy: object)))
    }

    /// The fixture's `example`, as the C compiler laid it out.
    private func example() throws -> (StateDescription, bytes: [UInt8]) {
        let object = try Object(BPFPrograms.states)
        let knob = try #require(object.knobs.first { $0.name == "example" })
        return (try unwrap(StateDescription(exportedBy: object)), knob.defaultBytes)
    }

    @Test func everyKindIsDecoded() throws {
        let (description, bytes) = try example()
        let state = bytes.withUnsafeBytes { description.decode($0) }
        #expect(state["flag"] == .bool(true))
        #expect(state["three"] == .unsigned(5))
        #expect(state["bit"] == .bool(true))
        #expect(state["small_phase"] == .name("PHASE_PROBE"))
        #expect(state["tiny"] == .signed(-3))
        #expect(state["phase"] == .name("PHASE_PROBE"))
        #expect(state["other_phase"] == .signed(2))
        #expect(state["direction"] == .name("DOWN"))
        #expect(state["low"] == .signed(-1))
        #expect(state["crossing"] == .signed(-700))
        #expect(state["large"] == .unsigned(0xfedc_ba98_7654_3210))
        #expect(state["negative"] == .signed(-5_000_000_000))
        #expect(state["range", "least_us"] == .unsigned(1))
        #expect(state["range", "most_us"] == .unsigned(3))
        #expect(state["range", "hidden"] == nil)
        #expect(state["numbers"] == .list([.unsigned(10), .unsigned(11), .unsigned(65535)]))
        #expect(state["shares"] == .list([.decimal(0.5), .decimal(1.0625)]))
        #expect(state["gains", "gain"] == .decimal(1.5))
        #expect(state["gains", "change"] == .decimal(-0.25))
        guard case .list(let pair) = state["pair"], case .group(let second) = pair.last else {
            Issue.record("pair is no list of groups")
            return
        }
        #expect(pair.count == 2)
        #expect(second["most_us"] == .unsigned(9))
        #expect(state.fields.map(\.name) == description.fields.map(\.name))
    }

    /// A kernel whose sockets have less room than the structure needs.
    @Test func whatIsBeyondTheBytesIsLeftOut() throws {
        let (description, bytes) = try example()
        let state = bytes[..<50].withUnsafeBytes { description.decode($0) }
        #expect(state.fields.last?.name == "range")
    }

    @Test func fieldsAreDescribed() throws {
        let (description, _) = try example()
        let kinds = Dictionary(
            uniqueKeysWithValues: description.fields.map { ($0.name, $0.kindName) })
        #expect(kinds["flag"] == "flag")
        #expect(kinds["phase"] == "PHASE_START|PHASE_PROBE")
        #expect(kinds["shares"] == "2 x decimal")
        #expect(kinds["pair"] == "2 x group")
        #expect(description.fields[0].documentation == "A flag")
        let pair = description.fields.first { $0.name == "pair" }
        #expect(pair?.group?.fields.map(\.name) == ["least_us", "most_us"])
    }
}

extension KernelTests {
    @Suite struct LoadedStateTests {
        init() throws { try KernelTest.require() }

        @Test func theKernelKeepsWhatIsShown() throws {
            var object = try Object(BPFPrograms.states)
            try object.load()
            let program = try object.program(named: "tt_states_ssthresh")
            let kept = try StateDescription(program: program)
            let declared = StateDescription(exportedBy: object)
            #expect(kept == declared)
            #expect(kept?.fields.isEmpty == false)
            let none = try program.structure(pointedToBy: "example")
            #expect(none == nil)
        }
    }
}
