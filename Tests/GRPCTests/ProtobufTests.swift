import Testing

@testable import GRPC

@Suite struct ProtobufTests {
    @Test func writesWhatItReads() throws {
        var writer = ProtobufWriter()
        writer.add(1, "name")
        writer.add(2, UInt64.max)
        writer.add(3, true)
        writer.add(4, ["b": "2", "a": "1"])
        writer.add(2000) { $0.add(1, 300) }
        var reader = ProtobufReader(writer.bytes[...])
        #expect(try reader.next()?.value.text == "name")
        #expect(try reader.next()?.value.number == .max)
        #expect(try reader.next()?.value.number == 1)
        var entry = try #require(try reader.next()?.value.message)
        #expect(try entry.next()?.value.text == "a")
        #expect(try entry.next()?.value.text == "1")
        #expect(try reader.next()?.number == 4)
        let last = try #require(try reader.next())
        #expect(last.number == 2000)
        #expect(last.value == .bytes([8, 0xac, 2]))
        #expect(try reader.next() == nil)
    }

    @Test func fixedNumbers() throws {
        var reader = ProtobufReader([0x0d, 1, 2, 0, 0, 0x11, 5, 0, 0, 0, 0, 0, 0, 0])
        #expect(try reader.next()?.value.number == 0x201)
        #expect(try reader.next()?.value.number == 5)
    }

    @Test(arguments: [
        [0x00, 1], [0x0a], [0x0a, 2, 1], [0x08], [0x08, 0x80], [0x0b], [0x0e, 1], [0x0d, 1],
        [0x08] + [UInt8](repeating: 0x80, count: 10) + [1],
        [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ]) func refuses(bytes: [UInt8]) {
        var reader = ProtobufReader(bytes[...])
        #expect(throws: ProtobufError.self) { while try reader.next() != nil {} }
    }
}
