import CLibbpf

/// A structure as far as its members carry `btf_decl_tag` attributes.
package struct TaggedStructure: Equatable, Sendable {
    /// What a member was declared as.
    package indirect enum Kind: Equatable, Sendable {
        case bool
        case signed
        case unsigned
        case enumeration(isSigned: Bool, cases: [String: Int64])
        case structure(TaggedStructure)
        /// Elements that are `bits` apart.
        case array(Kind, count: Int, bits: Int)

        /// Whether it can be a bit field.
        fileprivate var isNumber: Bool {
            switch self {
            case .bool, .signed, .unsigned, .enumeration: true
            case .structure, .array: false
            }
        }
    }

    package struct Member: Equatable, Sendable {
        package let name: String
        package let kind: Kind
        /// In the structure, from the lowest bit of its first byte.
        package let bits: Range<Int>
        /// The texts of its attributes, in source order.
        package let tags: [String]
    }

    package let name: String
    /// In bytes.
    package let size: Int
    /// In order of declaration. A tagged member of another kind, a pointer for one, isn't among them.
    package let members: [Member]
}

extension Object {
    /// The structure that a variable is declared as a pointer to; nil without such a variable.
    package func structure(pointedToBy variable: String) -> TaggedStructure? {
        BTF(ofObject: pointer)?.structure(pointedToBy: variable)
    }
}

extension BTF {
    func structure(pointedToBy variable: String) -> TaggedStructure? {
        for id in typeIDs {
            guard let type = type(id), btf_is_var(type), name(of: type) == variable,
                let pointer = resolve(type.pointee.type).type, btf_is_ptr(pointer)
            else { continue }
            var room = Self.maximumMembers
            return structure(pointer.pointee.type, componentTags(), nesting: 0, &room)
        }
        return nil
    }

    /// More than fit into a connection's state. A file may have structures of many members, which
    /// are structures of many members, and so on.
    private static let maximumMembers = 1024

    /// The structure's own id is what tags refer to.
    ///
    /// - Parameter room: members that there may still be.
    private func structure(
        _ id: TypeID, _ tags: [TypeID: [Int: [String]]], nesting: Int, _ room: inout Int
    ) -> TaggedStructure? {
        var id = id
        while let type = type(id), btf_is_mod(type) || btf_is_typedef(type) {
            id = type.pointee.type
        }
        guard let type = type(id), btf_is_struct(type) else { return nil }
        let bits = Int(type.pointee.size) * 8
        var members: [TaggedStructure.Member] = []
        for (index, member) in self.members(type).enumerated() {
            guard room > 0, let own = tags[id]?[index] else { continue }
            room -= 1
            guard let (kind, size) = kind(of: member.type, tags, nesting: nesting, &room) else {
                continue
            }
            let start = Int(btf_member_bit_offset(type, UInt32(index)))
            let width = Int(btf_member_bitfield_size(type, UInt32(index)))
            guard width == 0 || kind.isNumber && width <= size else { continue }
            let end = start + (width > 0 ? width : size)
            guard end <= bits else { continue }
            members.append(
                TaggedStructure.Member(
                    name: name(at: member.name_off), kind: kind, bits: start..<end, tags: own))
        }
        return TaggedStructure(
            name: name(of: type), size: Int(type.pointee.size), members: members)
    }

    /// With the size in bits; nil for what can't be shown.
    private func kind(
        of id: TypeID, _ tags: [TypeID: [Int: [String]]], nesting: Int, _ room: inout Int
    ) -> (TaggedStructure.Kind, bits: Int)? {
        // A file may claim that a type is inside itself.
        guard let type = resolve(id).type, nesting < 8 else { return nil }
        if btf_is_array(type) {
            let array = array(type)
            let count = Int(array.nelems)
            guard let (element, bits) = kind(of: array.type, tags, nesting: nesting + 1, &room),
                bits > 0,
                case (let size, false) = count.multipliedReportingOverflow(by: bits)
            else { return nil }
            return (.array(element, count: count, bits: bits), size)
        }
        if btf_is_struct(type) {
            return structure(id, tags, nesting: nesting + 1, &room).map {
                (.structure($0), $0.size * 8)
            }
        }
        let bits = Int(type.pointee.size) * 8
        guard bits <= 64 else { return nil }
        if btf_is_int(type) {
            let encoding = CInt(btf_int_encoding(type))
            if encoding & BTF_INT_BOOL != 0 { return (.bool, bits) }
            return (encoding & BTF_INT_SIGNED != 0 ? .signed : .unsigned, bits)
        }
        if btf_is_any_enum(type) {
            return (.enumeration(isSigned: btf_kflag(type), cases: cases(type)), bits)
        }
        return nil
    }
}
