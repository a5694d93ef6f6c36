import CLibbpf

/// A struct_ops map of an object file: the operations that loading and registering it gives the
/// kernel.
package struct StructOpsDeclaration: Equatable, Sendable {
    /// The name of the map, and of the variable in the source.
    package let map: String
    /// The kernel's structure: `tcp_congestion_ops`.
    package let structure: String
    /// What it registers as: the structure's member `name`; nil when there is none.
    package var name: String?

    /// Where the file has the member `name`.
    private let nameRange: Range<Int>?

    /// What the section `.struct_ops` of an object file declares.
    static func all(in elf: [UInt8], of object: OpaquePointer) -> [StructOpsDeclaration] {
        guard let section = elfSection(named: ".struct_ops", in: elf),
            let btf = BTF(ofObject: object)
        else { return [] }
        return btf.variables(inSection: ".struct_ops").compactMap { variable in
            guard let type = btf.resolve(variable.typeID).type else { return nil }
            let start = section.lowerBound + variable.offset
            let range = nameMember(of: type, in: btf)
                .map { start + $0.lowerBound..<start + $0.upperBound }
                .flatMap { $0.upperBound <= section.upperBound ? $0 : nil }
            return StructOpsDeclaration(
                map: variable.name, structure: btf.name(of: type),
                name: range.map { text(elf[$0]) }, nameRange: range)
        }
    }

    /// Writes another name into the file.
    fileprivate mutating func rename(to newName: String, in elf: inout [UInt8]) throws(BPFError) {
        guard let nameRange, !newName.isEmpty, newName.utf8.count < nameRange.count else {
            throw BPFError(
                .invalidArgument, what: "register \(map) as", subject: newName,
                hint: "a controller's name has 1 to 15 bytes")
        }
        for (index, byte) in zip(nameRange, Array(newName.utf8) + Array(repeating: 0, count: 16)) {
            elf[index] = byte
        }
        name = newName
    }

    private static func nameMember(
        of type: UnsafePointer<btf_type>, in btf: BTF
    ) -> Range<Int>? {
        for member in btf.members(type) where btf.name(at: member.name_off) == "name" {
            let start = Int(member.offset) / 8
            return start..<start + btf.size(of: member.type)
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension [StructOpsDeclaration] {
    /// Writes the names that `names` has, by the maps' names, into the file.
    mutating func rename(_ names: [String: String], in elf: inout [UInt8]) throws(BPFError) {
        for (map, name) in names {
            guard let index = firstIndex(where: { $0.map == map }) else {
                throw BPFError(.notFound, what: "find the struct_ops map to rename", subject: map)
            }
            try self[index].rename(to: name, in: &elf)
        }
    }
}
