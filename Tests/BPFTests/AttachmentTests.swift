import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct AttachmentTests {
        init() throws { try KernelTest.require() }

        @Test func theLinkSaysWhereItIs() throws {
            let counted = try CountedCgroup()
            let program = try counted.object.program(named: "count")
            let link = try counted.link.info()
            #expect(link.programID == (try program.info().id))
            #expect(link.kind == .cgroup(id: counted.cgroup.cgroup.id, type: .sockOps))
            #expect(try Link.ids().contains(link.id))
            #expect(try Link(id: link.id).info() == link)
            let gone = #expect(throws: BPFError.self) { _ = try Link(id: .max) }
            #expect(gone?.code == .notFound)
        }

        @Test func theProgramSaysWhatItIs() throws {
            let counted = try CountedCgroup()
            let program = try counted.object.program(named: "count")
            let info = try program.info()
            #expect(info.name == "count")
            #expect(info.type == .sockOps)
            #expect(info.tag.count == 16)
            #expect(info.loadedAt > 0)
            #expect(info.verifiedInstructions > 10)
            #expect(info.mapIDs.contains(try counted.object.map(named: "counts").info.id))
            #expect(try Program.ids().contains(info.id))
            #expect(try Program(id: info.id).info() == info)
        }

        @Test func programsRunBesideEachOther() throws {
            let counted = try CountedCgroup()
            let directory = try counted.cgroup.cgroup.open()
            let first = try counted.object.program(named: "count")
            let second = try counted.object.program(named: "touch_per_cpu")
            let link = try second.attach(cgroup: directory.raw)
            let ids = try [first.info().id, second.info().id]
            #expect(try Program.attached(toCgroup: directory.raw) == ids)

            _ = try counted.connect()
            #expect(try counted.count() == 1)
            struct Pair: BitwiseCopyable {
                var first: UInt32
                var second: UInt32
            }
            let touched = try counted.object.map(named: "per_cpu")
                .perCPUValues(for: UInt32(1), as: Pair.self)
            #expect(try #require(touched).contains { $0.first > 0 })

            let child = try counted.cgroup.child("below")
            let below = try child.cgroup.open()
            #expect(try Program.attached(toCgroup: below.raw) == [])
            #expect(try Program.attached(toCgroup: below.raw, effective: true) == ids)
            try link.detach()
            #expect(try Program.attached(toCgroup: directory.raw) == [ids[0]])
        }

        @Test func anUpdateReplacesTheProgram() throws {
            let counted = try CountedCgroup()
            _ = try counted.connect()
            var next = try Object(BPFPrograms.sockops)
            try next.set(knob: "increment", to: 100)
            try next.reuse(counted.object.map(named: "counts"), asMap: "counts")
            try next.reuse(counted.object.map(named: "identity"), asMap: "identity")
            try next.load()
            let program = try next.program(named: "count")
            try counted.link.update(program: program)
            #expect(try counted.link.info().programID == program.info().id)
            _ = try counted.connect()
            #expect(try counted.count() == 101)
        }

        @Test func closingTheLinkEndsIt() throws {
            let cgroup = try TemporaryCgroup()
            let directory = try cgroup.cgroup.open()
            var object = try Object(BPFPrograms.sockops)
            try object.load()
            do {
                let link = try object.program(named: "count").attach(cgroup: directory.raw)
                #expect(try link.info().id > 0)
                #expect(try Program.attached(toCgroup: directory.raw).count == 1)
            }
            #expect(try Program.attached(toCgroup: directory.raw) == [])
        }

        @Test func aLinkWithoutItsCgroupSaysSo() throws {
            let counted = try CountedCgroup()
            let child = try counted.cgroup.child("gone")
            let directory = try child.cgroup.open()
            let program = try counted.object.program(named: "count")
            let link = try program.attach(cgroup: directory.raw)
            #expect(child.path.withPlatformString { rmdir($0) } == 0)
            // The kernel detaches from a removed cgroup when it gets to it.
            #expect(try eventually { try link.info().kind == .cgroup(id: 0, type: .sockOps) })
            let error = #expect(throws: BPFError.self) { try link.update(program: program) }
            #expect(error?.code == .detached)
        }

        @Test func aBoundMapLivesAsLongAsTheProgram() throws {
            let counted = try CountedCgroup()
            let program = try counted.object.program(named: "count")
            func bind() throws -> UInt32 {
                let map = try Map(
                    .init(type: .array, keySize: 4, valueSize: 64, maxEntries: 1, name: "tt_meta"))
                try program.bind(map)
                try program.bind(map)
                return map.info.id
            }
            let id = try bind()
            #expect(try Map(id: id).name == "tt_meta")
            #expect(try program.info().mapIDs.contains(id))
        }

        @Test func pinsOutliveTheirObjects() throws {
            let pins = try TemporaryPins("bpf-attachment-tests")
            let cgroup = try TemporaryCgroup()
            func attach() throws -> (program: UInt32, link: UInt32) {
                let directory = try cgroup.cgroup.open()
                var object = try Object(BPFPrograms.sockops)
                try object.load()
                let program = try object.program(named: "count")
                try program.pin(at: pins.path("program"))
                try object.map(named: "counts").pin(at: pins.path("map"))
                let link = try program.attach(cgroup: directory.raw)
                try link.pin(at: pins.path("link"))
                return try (program.info().id, link.info().id)
            }
            let ids = try attach()
            #expect(try pins.directory.list() == ["link", "map", "program"])
            #expect(try unwrap(Program.open(pinned: pins.path("program"))).info().id == ids.program)
            #expect(try unwrap(Link.open(pinned: pins.path("link"))).info().id == ids.link)
            #expect(try unwrap(Map.open(pinned: pins.path("map"))).name == "counts")

            _ = try TCPConnection.pair(client: Placement(cgroup: cgroup.path))
            let counts = try unwrap(Map.open(pinned: pins.path("map")))
            #expect(try counts.value(for: UInt32(4), as: UInt64.self) == 1)
        }

        @Test func thereMayBeNoPinOrAnotherKind() throws {
            let pins = try TemporaryPins("bpf-attachment-tests")
            let areNil = try [
                isNil(Map.open(pinned: pins.path("none"))),
                isNil(Link.open(pinned: pins.path("none"))),
                isNil(Program.open(pinned: pins.path("none/none"))),
            ]
            #expect(areNil == [true, true, true])
            let map = try Map(
                .init(type: .array, keySize: 4, valueSize: 4, maxEntries: 1, name: "tt_test"))
            try map.pin(at: pins.path("map"))
            let errors = [
                #expect(throws: BPFError.self) { try map.pin(at: pins.path("map")) },
                #expect(throws: BPFError.self) { try map.pin(at: pins.path("a.b")) },
                #expect(throws: BPFError.self) { try map.pin(at: "/tmp/tcptune-no-bpffs") },
                #expect(throws: BPFError.self) { _ = try Program.open(pinned: pins.path("map")) },
                #expect(throws: BPFError.self) { _ = try Link.open(pinned: pins.path("map")) },
            ]
            #expect(
                errors.map { $0?.code } == [
                    .exists, .permission, .notSupported, .badFormat, .badFormat,
                ])
            #expect(errors[1]?.hint == "a BPF file system refuses names with a dot")
        }
    }
}
