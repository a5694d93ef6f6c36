import CLibbpf
import Testing

@testable import BPF

/// Object files that claim what can't be: looked at without a crash, and in no time.
@Suite struct HostileObjectTests {
    @Test(.timeLimit(.minutes(1))) func sectionsWithoutEnd() {
        // 65,535 headers at one place, of sections whose common name is as long as the file.
        var file = [UInt8](repeating: 0x61, count: 1 << 20)
        file.replaceSubrange(0..<64, with: repeatElement(0, count: 64))
        file.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
        file.replaceSubrange(64..<128, with: repeatElement(0, count: 64))
        file[0x28] = 64
        file.replaceSubrange(0x3c..<0x40, with: [0xff, 0xff, 0, 0])
        file.replaceSubrange(
            64 + 0x18..<64 + 0x28, with: [128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0])
        let begin = ContinuousClock.now
        #expect(elfSection(named: ".BTF", in: file) == nil)
        #expect(ContinuousClock.now - begin < .seconds(10))
    }

    /// A controller's variable that would be outside of its section, by its symbol.
    @Test(arguments: [(0, true), (0x1000, false), (0x6000_0000, false), (.max, false)])
    func aVariableOutsideOfItsSection(place: UInt64, isSound: Bool) throws {
        var file = BPFPrograms.controller.bytes
        let names = try #require(elfSection(named: ".strtab", in: file))
        let symbols = try #require(elfSection(named: ".symtab", in: file))
        let name = try #require(file[names].firstRange(of: Array("\0fixture\0".utf8)))
        let offset = UInt32(name.lowerBound + 1 - names.lowerBound)
        let symbol = try #require(
            stride(from: symbols.lowerBound, to: symbols.upperBound, by: 24).first {
                Array(file[$0..<$0 + 4]) == bytes(of: offset)
            })
        file.replaceSubrange(symbol + 8..<symbol + 16, with: bytes(of: place))
        #expect(isBTFSound(ofObjectFile: file) == isSound)
    }

    /// libbpf takes the last one.
    @Test func typeInformationThatIsThereTwice() throws {
        var file = BPFPrograms.controller.bytes
        let table = Int(file[0x28]) | Int(file[0x29]) << 8 | Int(file[0x2a]) << 16
        let headers = stride(from: table, to: file.count - 63, by: 64)
        let section = try #require(elfSection(named: ".BTF", in: file))
        let header = try #require(
            headers.first {
                Array(file[$0 + 0x18..<$0 + 0x20]) == bytes(of: UInt64(section.lowerBound))
            })
        #expect(isBTFSound(ofObjectFile: file))
        let name = file[header..<header + 4]
        file.replaceSubrange(table + 64..<table + 68, with: name)
        #expect(!isBTFSound(ofObjectFile: file))
        #expect(elfSection(named: ".BTF", in: file) == nil)
    }

    private func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    @Test func arraysOfThemselves() {
        var types = TypeInformation()
        types.array(of: 1, count: 2)
        #expect(!types.isSound)
        types = TypeInformation()
        types.array(of: 2, count: 2)
        types.array(of: 1, count: 2)
        #expect(!types.isSound)
        types = TypeInformation()
        types.integer(size: 4)
        types.array(of: 1, count: 2)
        types.array(of: 2, count: 2)
        #expect(types.isSound)
    }

    @Test func aBitFieldIsANumber() throws {
        var types = TypeInformation()
        types.integer(size: 4)
        types.array(of: 1, count: .max)
        types.structure(size: 8, members: [(2, offset: 1 << 24), (1, offset: 3 << 24 | 32)])
        types.tag(on: 3, component: 0)
        types.tag(on: 3, component: 1)
        types.pointer(to: 3)
        types.variable("state", of: 6)
        let structure = try types.read { $0.structure(pointedToBy: "state") }
        #expect(structure?.members.map(\.bits) == [32..<35])
    }

    @Test(.timeLimit(.minutes(1))) func structuresOfStructures() throws {
        var types = TypeInformation()
        types.integer(size: 4)
        // Each has a hundred members, all at one place: 100^7 in all.
        for id in 1...8 {
            types.structure(
                size: 4, members: Array(repeating: (UInt32(id), offset: 0), count: 100))
        }
        for id in 2...9 {
            for component in 0..<100 { types.tag(on: UInt32(id), component: UInt32(component)) }
        }
        types.pointer(to: 9)
        types.variable("state", of: types.count)
        let structure = try types.read { $0.structure(pointedToBy: "state") }
        #expect(structure != nil)
    }

    @Test func aVariableOfAnotherSizeThanItsType() throws {
        var types = TypeInformation()
        types.integer(size: 1, encoding: 4)  // BTF_INT_BOOL
        types.volatile(of: 1)
        types.variable("empty", of: 2)
        types.variable("long", of: 2)
        types.section(".rodata", [(3, offset: 0, size: 0), (4, offset: 0, size: 16)])
        let knobs = try types.read { btf in
            [UInt8](repeating: 1, count: 16).withUnsafeBytes { btf.knobs(defaults: $0) }
        }
        #expect(knobs.map(\.defaultValue) == [.bytes([]), .bytes(Array(repeating: 1, count: 16))])
    }

    @Test func aBooleanOfFourBytes() throws {
        var types = TypeInformation()
        types.integer(size: 4, encoding: 4)  // BTF_INT_BOOL
        types.volatile(of: 1)
        types.variable("wide", of: 2)
        types.section(".rodata", [(3, offset: 0, size: 4)])
        let knobs = try types.read { btf in
            ([0, 1, 0, 0] as [UInt8]).withUnsafeBytes { btf.knobs(defaults: $0) }
        }
        let wide = try #require(knobs.first)
        #expect(wide.defaultValue == .bool(true))
        #expect(try wide.encode(.bool(true)) == [1, 0, 0, 0])
    }
}

/// Type information (linux/btf.h), type by type; ids count from 1.
private struct TypeInformation {
    private(set) var count: UInt32 = 0
    private var types: [UInt8] = []
    private var names: [UInt8] = [0]

    mutating func integer(size: UInt32, encoding: UInt32 = 0) {
        add(kind: 1, name: "int", size, [encoding << 24 | size * 8])
    }

    mutating func pointer(to type: UInt32) { add(kind: 2, type) }

    mutating func array(of type: UInt32, count: UInt32) { add(kind: 3, 0, [type, 1, count]) }

    /// With the flag that an offset has the bit field's width above its 24 lowest bits.
    mutating func structure(size: UInt32, members: [(type: UInt32, offset: UInt32)]) {
        let name = self.name("m")
        add(
            kind: 1 << 7 | 4, name: "s", length: members.count, size,
            members.flatMap { [name, $0.type, $0.offset] })
    }

    mutating func volatile(of type: UInt32) { add(kind: 9, type) }

    mutating func variable(_ name: String, of type: UInt32) {
        add(kind: 14, name: name, type, [1])
    }

    mutating func section(
        _ name: String, _ variables: [(type: UInt32, offset: UInt32, size: UInt32)]
    ) {
        add(
            kind: 15, name: name, length: variables.count, 16,
            variables.flatMap { [$0.type, $0.offset, $0.size] })
    }

    mutating func tag(on type: UInt32, component: UInt32) {
        add(kind: 17, name: "state:doc=x", type, [component])
    }

    private mutating func add(
        kind: UInt32, name: String = "", length: Int = 0, _ third: UInt32, _ rest: [UInt32] = []
    ) {
        count += 1
        let words = [self.name(name), kind << 24 | UInt32(length), third] + rest
        types += words.flatMap(Self.bytes)
    }

    private mutating func name(_ name: String) -> UInt32 {
        guard !name.isEmpty else { return 0 }
        defer { names += Array(name.utf8) + [0] }
        return UInt32(names.count)
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    private var bytes: [UInt8] {
        let lengths: [UInt32] = [
            24, 0, UInt32(types.count), UInt32(types.count), UInt32(names.count),
        ]
        return [0x9f, 0xeb, 1, 0] + lengths.flatMap(Self.bytes) + types + names
    }

    var isSound: Bool { isBTFSound(bytes) }

    /// Through libbpf, as an object's are.
    func read<Result>(_ body: (BTF) -> Result) throws -> Result {
        #expect(isSound)
        let btf = try #require(bytes.withUnsafeBytes { btf__new($0.baseAddress, UInt32($0.count)) })
        defer { btf__free(btf) }
        return body(BTF(btf))
    }
}
