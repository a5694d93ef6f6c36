import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct RingBufferTests {
        /// `struct record` of the fixture.
        struct Record: BitwiseCopyable, Equatable {
            var sequence: UInt64
            var increment: UInt32
            var operation: UInt32
        }

        init() throws { try KernelTest.require() }

        private func records(of ring: inout RingBuffer) -> [Record] {
            var records: [Record] = []
            ring.consume(as: Record.self) { records.append($0) }
            return records
        }

        @Test func getsWhatTheProgramSubmits() throws {
            let counted = try CountedCgroup { try $0.set(knob: "increment", to: 3) }
            var ring = try RingBuffer(counted.object.map(named: "records"))
            #expect(try !ring.wait(milliseconds: 0))
            #expect(records(of: &ring) == [])
            _ = try counted.connect()
            #expect(try ring.wait(milliseconds: 5000))
            // The fixture adds 7 and discards the record between.
            let submitted = [0, 2].map { Record(sequence: $0, increment: 10, operation: 4) }
            #expect(records(of: &ring) == submitted)
            #expect(try !ring.wait(milliseconds: 0))
        }

        @Test func goesRoundAndDropsWhatDoesntFit() throws {
            let counted = try CountedCgroup()
            var ring = try RingBuffer(counted.object.map(named: "records"))
            // A record takes 24 of the buffer's 4096 bytes, and there are three per connection.
            for _ in 0..<20 {
                for _ in 0..<10 { _ = try counted.connect() }
                #expect(records(of: &ring).count == 20)
            }
            for _ in 0..<100 { _ = try counted.connect() }
            let kept = records(of: &ring)
            #expect(kept.count > 100 && kept.count <= 4096 / 24)
            #expect(kept.allSatisfy { $0.operation == 4 && $0.increment == 8 })
            #expect(records(of: &ring) == [])
        }

        @Test func leavesOutWhatIsTooShort() throws {
            let counted = try CountedCgroup()
            var ring = try RingBuffer(counted.object.map(named: "records"))
            _ = try counted.connect()
            // Three of the fixture's.
            var records = 0
            ring.consume(as: InlineArray<3, Record>.self) { _ in records += 1 }
            #expect(records == 0)
            _ = try counted.connect()
            #expect(self.records(of: &ring).count == 2)
        }

        @Test func staysInsideWhenAnotherReaderMovesThePosition() throws {
            // In the middle of a record, what is taken for a length is the record's `increment`.
            let counted = try CountedCgroup { try $0.set(knob: "increment", to: 0x2fff_fff0) }
            let map = try counted.object.map(named: "records")
            var ring = try RingBuffer(map)
            _ = try counted.connect()
            let size = sysconf(CInt(_SC_PAGESIZE))
            let position = try #require(
                mmap(
                    nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, map.descriptor.rawValue, 0))
            defer { munmap(position, size) }
            position.storeBytes(of: 16, as: UInt64.self)
            #expect(records(of: &ring) == [])
        }

        @Test func outlivesTheMap() throws {
            func open() throws -> RingBuffer {
                var object = try Object(BPFPrograms.sockops)
                try object.load()
                return try RingBuffer(object.map(named: "records"))
            }
            var ring = try open()
            #expect(records(of: &ring) == [])
            let map = try Map(
                .init(type: .array, keySize: 4, valueSize: 4, maxEntries: 1, name: "tt_test"))
            #expect(throws: BPFError.self) { _ = try RingBuffer(map) }
        }
    }
}
