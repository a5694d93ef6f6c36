import CLibbpf

extension Knob {
    /// The knobs of an opened object.
    static func all(of object: OpaquePointer) -> [Knob] {
        guard let btf = BTF(ofObject: object), let defaults = readOnlyData(of: object) else {
            return []
        }
        return btf.knobs(defaults: UnsafeRawBufferPointer(defaults))
    }

    /// The initial value of `.rodata`, which libbpf lets be changed until it's loaded.
    static func readOnlyData(of object: OpaquePointer) -> UnsafeMutableRawBufferPointer? {
        var next = bpf_object__next_map(object, nil)
        while let map = next {
            var size = 0
            if bpf_map__is_internal(map), String(cString: bpf_map__name(map)).hasSuffix(".rodata"),
                let data = bpf_map__initial_value(map, &size)
            {
                return UnsafeMutableRawBufferPointer(
                    start: UnsafeMutableRawPointer(mutating: data), count: size)
            }
            next = bpf_object__next_map(object, map)
        }
        return nil
    }
}

extension BTF {
    func knobs(defaults: UnsafeRawBufferPointer) -> [Knob] {
        let tags = declarationTags()
        return variables(inSection: ".rodata").compactMap { variable in
            guard variable.offset + variable.size <= defaults.count,
                let kind = knobKind(of: variable.typeID, size: variable.size)
            else { return nil }
            return Knob(
                name: variable.name, kind: kind, offset: variable.offset, size: variable.size,
                defaultBytes: Array(defaults[variable.offset..<variable.offset + variable.size]),
                tags: tags[variable.id] ?? [])
        }
    }

    /// nil for what isn't `volatile`: the compiler has put its value into the code already.
    private func knobKind(of id: TypeID, size: Int) -> Knob.Kind? {
        var (resolved, _, isVolatile) = resolve(id)
        guard let type = resolved else { return nil }
        if btf_is_array(type) {
            // An array's qualifiers are on its elements.
            var element: UnsafePointer<btf_type>?
            repeat {
                let next = resolve(array(resolved ?? type).type)
                element = next.type
                isVolatile = isVolatile || next.isVolatile
                resolved = element
            } while element.map(btf_is_array) ?? false
            guard isVolatile else { return nil }
            let isText = element.map { btf_is_int($0) && name(of: $0) == "char" } ?? false
            let isFlat = array(type).nelems == size
            return isText && isFlat ? .string(capacity: size) : .bytes(type: "")
        }
        return isVolatile ? scalarKind(of: type, size: size) : nil
    }

    private func scalarKind(of type: UnsafePointer<btf_type>, size: Int) -> Knob.Kind {
        let bits = Int(type.pointee.size) * 8
        // A file may claim that the variable has another size than its type.
        guard bits == size * 8, (8...64).contains(bits) else { return .bytes(type: name(of: type)) }
        if btf_is_int(type) {
            let encoding = CInt(btf_int_encoding(type))
            if encoding & BTF_INT_BOOL != 0 { return .bool }
            return encoding & BTF_INT_SIGNED != 0 ? .signed(bits: bits) : .unsigned(bits: bits)
        }
        if btf_is_any_enum(type) {
            return .enumeration(
                name: name(of: type), bits: bits, isSigned: btf_kflag(type), cases: cases(type))
        }
        return .bytes(type: name(of: type))
    }
}
