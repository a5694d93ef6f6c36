/// Whether the type information of an object file holds together: every type and name that is
/// referred to is there, no chain of names for a type, or of arrays, ends in itself, and the variables
/// of the section `.struct_ops` are in it.
///
/// libbpf (1.1) doesn't look before it follows them, and a damaged file would crash it. True where
/// there is none at all.
package func isBTFSound(ofObjectFile elf: [UInt8]) -> Bool {
    guard let sections = ELFSections(elf) else { return false }
    let found = sections.all(named: ".BTF")
    guard let section = found.first else { return true }
    return found.count == 1
        && elf[section].withUnsafeBytes {
            guard let types = BTFCheck($0) else { return false }
            return areInside(types.variables(inSection: ".struct_ops"), ".struct_ops", sections)
        }
}

func isBTFSound(_ section: [UInt8]) -> Bool {
    section.withUnsafeBytes { BTFCheck($0) != nil }
}

/// Whether variables are in the section that they are said to be in.
private func areInside(
    _ variables: [BTFCheck.Variable], _ name: String, _ sections: ELFSections
) -> Bool {
    let places = sections.all(named: name)
    // Every symbol is looked at for each of them, and no more of its name than theirs is long.
    guard places.count < 2, variables.count <= 16 else { return false }
    return variables.allSatisfy { variable in
        guard let place = places.first, variable.name.count < BTFCheck.longestName,
            variable.size <= place.count
        else { return false }
        // libbpf takes the symbols' places, unless the type information has some.
        return ([variable.offset] + sections.values(ofSymbol: variable.name))
            .allSatisfy { $0 <= place.count - variable.size }
    }
}

/// Type information that holds together, by the layout of `linux/btf.h`.
private struct BTFCheck {
    struct Variable {
        /// Cut off after ``longestName``; whatever bytes they are.
        let name: [UInt8]
        let offset: Int
        /// Of its type, in bytes.
        let size: Int
    }

    static let longestName = 64

    private let types: UnsafeRawBufferPointer
    private let names: UnsafeRawBufferPointer
    /// By id, from 1 on: where it is, the kind, and the type that it is of.
    private var found: [(start: Int, kind: Kind, of: UInt32)] = [(0, .other, 0)]

    init?(_ bytes: UnsafeRawBufferPointer) {
        func part(at field: Int) -> UnsafeRawBufferPointer? {
            let head = Int(word(bytes, at: 4))
            let start = head + Int(word(bytes, at: field))
            let end = start + Int(word(bytes, at: field + 4))
            guard head >= 24, end <= bytes.count else { return nil }
            return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        }
        guard bytes.count >= 24, bytes[0] == 0x9f, bytes[1] == 0xeb, let types = part(at: 8),
            let names = part(at: 16), names.first == 0, names.last == 0
        else { return nil }
        (self.types, self.names) = (types, names)
        guard readTypes(), chainsEnd() else { return nil }
    }

    /// False: one is cut off, unknown, or refers to what isn't there.
    private mutating func readTypes() -> Bool {
        var references: [UInt32] = []
        var offset = 0
        while offset < types.count {
            guard offset + 12 <= types.count else { return false }
            let kind = Kind(rawValue: word(types, at: offset + 4) >> 24 & 0x1f) ?? .other
            let count = count(at: offset)
            let of = word(types, at: offset + 8)
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
            found.append((offset, kind, kind == .array ? word(rest, at: 0) : of))
            offset += 12 + size
        }
        return references.allSatisfy { $0 < found.count }
    }

    /// What sections of this name have, in all of them.
    func variables(inSection section: String) -> [Variable] {
        found.filter { $0.kind == .section && name(at: $0.start) == Array(section.utf8) }
            .flatMap { section in
                (0..<count(at: section.start)).map { index in
                    let entry = section.start + 12 * (index + 1)
                    let variable = Int(word(types, at: entry))
                    return Variable(
                        name: name(at: found[variable].start),
                        offset: Int(word(types, at: entry + 4)), size: size(of: variable))
                }
            }
    }

    /// The name of the type there.
    private func name(at start: Int) -> [UInt8] {
        Array(names[Int(word(types, at: start))...].prefix(Self.longestName).prefix { $0 != 0 })
    }

    /// How many members, values or parameters the type there has.
    private func count(at start: Int) -> Int { Int(word(types, at: start + 4) & 0xffff) }

    /// Bytes of a structure or an integer, whatever it is called; of others some number.
    private func size(of type: Int) -> Int {
        var id = type
        while found[id].kind.isAlias || found[id].kind == .variable { id = Int(found[id].of) }
        return Int(found[id].of)
    }

    /// Whether every chain of variables, typedefs, qualifiers, tags and arrays leads to another type.
    private func chainsEnd() -> Bool {
        for start in found.indices {
            var id = start
            var steps = 0
            while found[id].kind.isAlias || [.variable, .array].contains(found[id].kind) {
                id = Int(found[id].of)
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
