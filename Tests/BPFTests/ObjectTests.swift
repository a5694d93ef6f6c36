import Host
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct ObjectTests {
        init() throws { try KernelTest.require() }

        @Test func declaresItsProgramsAndMaps() throws {
            let object = try Object(BPFPrograms.sockops)
            #expect(object.programs.map(\.name) == ["count", "touch_per_cpu"])
            #expect(object.programs.allSatisfy { $0.type == .sockOps && $0.section == "sockops" })
            let counts = try #require(object.maps.first { $0.name == "counts" })
            #expect(
                counts
                    == MapDeclaration(
                        name: "counts", type: .hash, keySize: 4, valueSize: 8, maxEntries: 16,
                        isInternal: false))
            #expect(object.structOps == [])
        }

        @Test func partsOutliveTheObject() throws {
            func load() throws -> Map {
                var object = try Object(BPFPrograms.sockops)
                try object.load()
                return try object.map(named: "counts")
            }
            let map = try load()
            try map.update(UInt32(1), to: UInt64(2))
            #expect(try map.value(for: UInt32(1), as: UInt64.self) == 2)
        }

        @Test func knobsReachTheProgram() throws {
            let counted = try CountedCgroup { try $0.set(knob: "increment", to: 7) }
            _ = try counted.connect()
            #expect(try counted.count() == 7)
        }

        @Test func aFalseKnobTurnsTheProgramOff() throws {
            let counted = try CountedCgroup { try $0.set(knob: "enabled", to: false) }
            _ = try counted.connect()
            #expect(try counted.count() == nil)
        }

        @Test func programsCanBeLeftOut() throws {
            var object = try Object(BPFPrograms.sockops)
            try object.setAutoload(false, ofProgram: "touch_per_cpu")
            try object.setMaxEntries(3, ofMap: "counts")
            try object.load()
            #expect(throws: BPFError.self) { _ = try object.program(named: "touch_per_cpu") }
            #expect(try object.map(named: "counts").info.maxEntries == 3)
        }

        @Test func mapsCanBeShared() throws {
            let shared = try Map(
                .init(type: .hash, keySize: 4, valueSize: 8, maxEntries: 16, name: "shared"))
            let counted = try CountedCgroup { try $0.reuse(shared, asMap: "counts") }
            _ = try counted.connect()
            #expect(try shared.value(for: UInt32(4), as: UInt64.self) == 1)
            #expect(try counted.object.map(named: "counts").info.id == shared.info.id)
        }

        @Test func anotherShapeOfMapIsRefused() throws {
            let object = try Object(BPFPrograms.sockops)
            let map = try Map(
                .init(type: .hash, keySize: 4, valueSize: 16, maxEntries: 1, name: "wide"))
            let wrong = #expect(throws: BPFError.self) { try object.reuse(map, asMap: "counts") }
            #expect(wrong?.code == .badFormat)
            let none = #expect(throws: BPFError.self) { try object.reuse(map, asMap: "nothing") }
            #expect(none?.code == .notFound)
        }

        @Test func aLoadedObjectIsFixed() throws {
            var object = try Object(BPFPrograms.sockops)
            try object.load()
            #expect(throws: BPFError.self) { try object.set(knob: "increment", to: 1) }
            #expect(throws: BPFError.self) { try object.setMaxEntries(1, ofMap: "counts") }
            #expect(throws: BPFError.self) { try object.load() }
        }

        @Test func theVerifiersReasonIsInTheError() throws {
            var object = try Object(BPFPrograms.rejected)
            let error = #expect(throws: BPFError.self) { try object.load() }
            #expect(error?.code == .verifier)
            #expect(error?.errno == .permissionDenied)
            #expect(error?.lastTellingLine == "R0 invalid mem access 'map_value_or_null'")
            #expect(error?.log?.contains("processed ") == true)
            #expect(error?.hint == nil)
        }

        @Test func whatIsNoObjectIsRefused() throws {
            for bytes in [[], [1, 2, 3], Array(BPFPrograms.sockops.bytes.prefix(1000))] as [[UInt8]]
            {
                let error = #expect(throws: BPFError.self) {
                    _ = try Object(elf: bytes, name: "damaged")
                }
                #expect(error?.code == .open)
                #expect(error?.subject == "damaged")
            }
        }
    }
}
