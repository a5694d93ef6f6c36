/// Whether the type information of an object file holds together: every type and name that is
/// referred to is there, and no chain of names for a type, or of arrays, ends in itself.
///
/// libbpf (1.1) doesn't look before it follows them, and a damaged file would crash it. True where
/// there is none at all.
package func isBTFSound(ofObjectFile elf: [UInt8]) -> Bool {
    guard let section = elfSection(named: ".BTF", in: elf) else { return true }
    return isBTFSound(Array(elf[section]))
}

func isBTFSound(_ section: [UInt8]) -> Bool {
    section.withUnsafeBytes { BTFCheck($0).isSound() }
}

/// The layout of `linux/btf.h`.
private struct BTFCheck {
    private let types: UnsafeRawBufferPointer
    private let names: UnsafeRawBufferPointer
    private let isWhole: Bool

    init(_ bytes: UnsafeRawBufferPointer) {
        func part(at field: Int) -> UnsafeRawBufferPointer? {
            let head = Int(word(bytes, at: 4))
            let start = head + Int(word(bytes, at: field))
            let end = start + Int(word(bytes, at: field + 4))
            guard head >= 24, end <= bytes.count else { return nil }
            return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        }
        guard bytes.count >= 24, bytes[0] == 0x9f, bytes[1] == 0xeb, let types = part(at: 8),
            let names = part(at: 16), names.first == 0, names.last == 0
        else {
            (types, names, isWhole) = (bytes, bytes, false)
            return
        }
        (self.types, self.names, isWhole) = (types, names, true)
    }

    func isSound() -> Bool {
        guard isWhole else { return false }
        // By id, from 1 on: the kind, and the type that it is of.
        var found: [(kind: Kind, of: UInt32)] = [(.other, 0)]
        var references: [UInt32] = []
        var offset = 0
        while offset < types.count {
            guard offset + 12 <= types.count else { return false }
            let info = word(types, at: offset + 4)
            let kind = Kind(rawValue: info >> 24 & 0x1f) ?? .other
            let of = word(types, at: offset + 8)
            let count = Int(info & 0xffff)
            let size = kind.extra(count: count)
            guard kind != .other, isName(word(types, at: offset)),
                offset + 12 + size <= types.count
            else { return false }
            if kind.isReference { references.append(of) }
            let rest = UnsafeRawBufferPointer(rebasing: types[(offset + 12)...])
            references += kind.references(count: count).map { word(rest, at: $0) }
            guard kind.names(count: count).allSatisfy({ isName(word(rest, at: $0)) }) else {
                return false
            }
            found.append((kind, kind == .array ? word(rest, at: 0) : of))
            offset += 12 + size
        }
        return references.allSatisfy { $0 < found.count } && chainsEnd(found)
    }

    /// Whether every chain of typedefs, qualifiers, tags and arrays leads to another type.
    private func chainsEnd(_ types: [(kind: Kind, of: UInt32)]) -> Bool {
        for start in types.indices {
            var id = start
            var steps = 0
            while types[id].kind.isAlias || types[id].kind == .array {
                id = Int(types[id].of)
                steps += 1
                if steps > 1000 { return false }
            }
        }
        return true
    }

    private func isName(_ offset: UInt32) -> Bool {
        offset < names.count
    }
}

/// `enum` of the kinds, BTF_KIND_*.
private enum Kind: UInt32 {
    case other, integer, pointer, array, structure, union, enumeration, forward, alias, volatile
    case const, restrict, function, prototype, variable, section, float, declarationTag, typeTag
    case enumeration64

    var isAlias: Bool {
        switch self {
        case .alias, .volatile, .const, .restrict, .typeTag: true
        default: false
        }
    }

    /// Whether the third word is a type.
    var isReference: Bool {
        switch self {
        case .pointer, .function, .prototype, .variable, .declarationTag: true
        default: isAlias
        }
    }

    /// Bytes after the three words.
    func extra(count: Int) -> Int {
        switch self {
        case .integer, .variable, .declarationTag: 4
        case .array: 12
        case .structure, .union, .section, .enumeration64: 12 * count
        case .enumeration, .prototype: 8 * count
        default: 0
        }
    }

    /// Where types are in those bytes.
    func references(count: Int) -> [Int] {
        switch self {
        case .array: [0, 4]
        case .structure, .union: (0..<count).map { 12 * $0 + 4 }
        case .section: (0..<count).map { 12 * $0 }
        case .prototype: (0..<count).map { 8 * $0 + 4 }
        default: []
        }
    }

    /// Where names are in those bytes.
    func names(count: Int) -> [Int] {
        switch self {
        case .structure, .union, .enumeration64: (0..<count).map { 12 * $0 }
        case .enumeration, .prototype: (0..<count).map { 8 * $0 }
        default: []
        }
    }
}

private func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
}
