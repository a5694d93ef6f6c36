import Testing

@testable import BPF

@Suite struct EmbeddedObjectTests {
    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmE=", "fooba"),
    ])
    func decodesTheVectorsOfRFC4648(text: String, expected: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        var text = text
        let count = text.withUTF8 { text in
            bytes.withUnsafeMutableBufferPointer { decodeBase64(text, into: $0) }
        }
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == expected)
    }

    @Test func embedsEveryProgramAsAnELFFile() throws {
        #expect(
            BPFPrograms.all.keys.sorted() == [
                "controller", "iterators", "rejected", "sockops", "states",
            ])
        for (name, object) in BPFPrograms.all {
            #expect(object.name == name)
            #expect(object.bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]))
            #expect(elfSection(named: ".BTF", in: object.bytes) != nil)
            #expect(elfSection(named: ".debug_info", in: object.bytes) == nil)
        }
    }

    @Test func findsNoSectionInWhatIsNoELFFile() {
        let file = BPFPrograms.sockops.bytes
        #expect(
            elfSection(named: "license", in: file).map { Array(file[$0]) } == Array("GPL\0".utf8))
        #expect(elfSection(named: "licens", in: file) == nil)
        #expect(elfSection(named: "license", in: []) == nil)
        for length in stride(from: 0, to: file.count, by: 7) {
            _ = elfSection(named: "license", in: Array(file[..<length]))
        }
        var damaged = file
        damaged.replaceSubrange(0x28..<0x30, with: repeatElement(0xff, count: 8))
        #expect(elfSection(named: "license", in: damaged) == nil)
    }
}
