import CLibbpf

/// The type information of an object, borrowed from libbpf.
struct BTF {
    typealias TypeID = UInt32

    /// A variable and where its section has it.
    struct Variable {
        let id: TypeID
        let name: String
        let typeID: TypeID
        let offset: Int
        let size: Int
    }

    private let btf: OpaquePointer

    init(_ btf: OpaquePointer) {
        self.btf = btf
    }

    /// nil when the object file has none.
    init?(ofObject object: OpaquePointer) {
        guard let btf = bpf_object__btf(object) else { return nil }
        self.btf = btf
    }

    var typeIDs: Range<TypeID> { 1..<btf__type_cnt(btf) }

    /// Valid as long as the object; nil only for `void`, id 0, and for no type at all.
    func type(_ id: TypeID) -> UnsafePointer<btf_type>? {
        id == 0 ? nil : btf__type_by_id(btf, id)
    }

    func name(at offset: UInt32) -> String {
        btf__name_by_offset(btf, offset).map { String(cString: $0) } ?? ""
    }

    func name(of type: UnsafePointer<btf_type>) -> String {
        name(at: type.pointee.name_off)
    }

    /// The size in bytes of a type, with typedefs and arrays resolved.
    func size(of id: TypeID) -> Int {
        max(0, Int(btf__resolve_size(btf, id)))
    }

    /// The variables of a section of the object, in order of offset.
    func variables(inSection section: String) -> [Variable] {
        for id in typeIDs {
            guard let type = type(id), btf_is_datasec(type), name(of: type) == section else {
                continue
            }
            let entries: UnsafeBufferPointer<btf_var_secinfo> = trailing(type)
            return entries.compactMap(variable).sorted { $0.offset < $1.offset }
        }
        return []
    }

    private func variable(_ entry: btf_var_secinfo) -> Variable? {
        guard let type = type(entry.type), btf_is_var(type) else { return nil }
        return Variable(
            id: entry.type, name: name(of: type), typeID: type.pointee.type,
            offset: Int(entry.offset), size: Int(entry.size))
    }

    /// The texts of `btf_decl_tag` attributes, by the declaration they are on, in source order.
    func declarationTags() -> [TypeID: [String]] {
        var tags: [TypeID: [String]] = [:]
        for id in typeIDs {
            guard let type = type(id), btf_is_decl_tag(type) else { continue }
            let index: UnsafePointer<btf_decl_tag> = following(type)
            // Others are on a parameter or a member.
            if index.pointee.component_idx == -1 {
                tags[type.pointee.type, default: []].append(name(of: type))
            }
        }
        return tags
    }

    /// The type below typedefs and qualifiers, and whether `const` and `volatile` were among them.
    func resolve(
        _ id: TypeID
    ) -> (type: UnsafePointer<btf_type>?, isConst: Bool, isVolatile: Bool) {
        var current = type(id)
        var isConst = false
        var isVolatile = false
        while let type = current, btf_is_mod(type) || btf_is_typedef(type) {
            isConst = isConst || btf_is_const(type)
            isVolatile = isVolatile || btf_is_volatile(type)
            current = self.type(type.pointee.type)
        }
        return (current, isConst, isVolatile)
    }

    func array(_ type: UnsafePointer<btf_type>) -> btf_array {
        let array: UnsafePointer<btf_array> = following(type)
        return array.pointee
    }

    func members(_ type: UnsafePointer<btf_type>) -> UnsafeBufferPointer<btf_member> {
        trailing(type)
    }

    /// The names of an enumeration's values.
    func cases(_ type: UnsafePointer<btf_type>) -> [String: Int64] {
        let named: [(String, Int64)]
        if btf_is_enum64(type) {
            let values: UnsafeBufferPointer<btf_enum64> = trailing(type)
            named = values.map {
                let value = UInt64($0.val_hi32) << 32 | UInt64($0.val_lo32)
                return (name(at: $0.name_off), Int64(bitPattern: value))
            }
        } else {
            let values: UnsafeBufferPointer<btf_enum> = trailing(type)
            named = values.map {
                let value = btf_kflag(type) ? Int64($0.val) : Int64(UInt32(bitPattern: $0.val))
                return (name(at: $0.name_off), value)
            }
        }
        return Dictionary(named) { first, _ in first }
    }

    /// What a `btf_type` is followed by, one per its `vlen`.
    private func trailing<Element>(
        _ type: UnsafePointer<btf_type>
    ) -> UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: following(type), count: Int(btf_vlen(type)))
    }

    private func following<Element>(_ type: UnsafePointer<btf_type>) -> UnsafePointer<Element> {
        UnsafeRawPointer(type + 1).assumingMemoryBound(to: Element.self)
    }
}
