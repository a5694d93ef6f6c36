import CLibbpf

/// A program of an object file.
package struct ProgramDeclaration: Equatable, Sendable {
    package let name: String
    package let section: String
    package let type: ProgramType
    /// Whether loading the object loads it.
    package let isLoadedWithObject: Bool
}

/// A map of an object file.
package struct MapDeclaration: Equatable, Sendable {
    package let name: String
    package let type: MapType
    /// Bytes.
    package let keySize: Int
    /// Bytes.
    package let valueSize: Int
    package let maxEntries: Int
    /// Made for a section of variables, `.rodata` for one.
    package let isInternal: Bool
}

// Everything here is before `load()`.
extension Object {
    package var programs: [ProgramDeclaration] {
        var programs: [ProgramDeclaration] = []
        var next = bpf_object__next_program(pointer, nil)
        while let program = next {
            programs.append(
                ProgramDeclaration(
                    name: String(cString: bpf_program__name(program)),
                    section: String(cString: bpf_program__section_name(program)),
                    type: ProgramType(rawValue: bpf_program__type(program).rawValue),
                    isLoadedWithObject: bpf_program__autoload(program)))
            next = bpf_object__next_program(pointer, program)
        }
        return programs
    }

    package var maps: [MapDeclaration] {
        libbpfMaps.map { name, map in
            MapDeclaration(
                name: name, type: MapType(rawValue: bpf_map__type(map).rawValue),
                keySize: Int(bpf_map__key_size(map)), valueSize: Int(bpf_map__value_size(map)),
                maxEntries: Int(bpf_map__max_entries(map)), isInternal: bpf_map__is_internal(map))
        }
    }

    /// The maps that `load()` would pin by their names (`LIBBPF_PIN_BY_NAME`).
    package var pinnedMaps: [String] {
        libbpfMaps.filter { bpf_map__pin_path($0.pointer) != nil }.map(\.name)
    }

    /// Whether `load()` loads the program.
    package func setAutoload(_ isOn: Bool, ofProgram program: String) throws(BPFError) {
        try requireUnloaded("choose programs of it")
        let result = bpf_program__set_autoload(try find(program: program), isOn)
        try check(result, otherwise: .invalidArgument, "choose the program", program)
    }

    package func setMaxEntries(_ count: Int, ofMap map: String) throws(BPFError) {
        try requireUnloaded("size maps of it")
        let result = bpf_map__set_max_entries(try find(map: map), UInt32(count))
        try check(result, otherwise: .invalidArgument, "size the map", map)
    }

    /// Makes the object use an existing map instead of creating its own.
    package func reuse(_ map: borrowing Map, asMap name: String) throws(BPFError) {
        try requireUnloaded("share maps with it")
        let found = try find(map: name)
        let declared = (
            type: bpf_map__type(found).rawValue, key: bpf_map__key_size(found),
            value: bpf_map__value_size(found)
        )
        // libbpf would take any map here, and the verifier's message wouldn't name it.
        guard declared.type == map.info.type.rawValue, declared.key == map.info.keySize,
            declared.value == map.info.valueSize
        else {
            throw BPFError(
                .badFormat, what: "share the map \(map.name) with \(self.name)", subject: name,
                hint: "type, key and value size have to be the same")
        }
        try check(bpf_map__reuse_fd(found, map.handle.raw), "share the map", name)
    }

    package func set(knob name: String, to value: KnobValue) throws(BPFError) {
        let knob = try find(knob: name)
        try write(try knob.encode(value), to: knob)
    }

    /// Sets a knob that is a structure or an array, whose size `value` must have.
    package func set<Value: BitwiseCopyable>(
        knob name: String, toBytesOf value: Value
    ) throws(BPFError) {
        let bytes = withUnsafeBytes(of: value) { Array($0) }
        let knob = try find(knob: name)
        guard bytes.count == knob.size else {
            throw BPFError(
                .invalidArgument, what: "set the knob to \(bytes.count) bytes", subject: name,
                hint: "it has \(knob.size)")
        }
        try write(bytes, to: knob)
    }

    private func find(knob name: String) throws(BPFError) -> Knob {
        try requireUnloaded("set knobs of it")
        guard let knob = knobs.first(where: { $0.name == name }) else {
            throw notFound("knob", name)
        }
        return knob
    }

    private func write(_ bytes: [UInt8], to knob: Knob) throws(BPFError) {
        guard let data = Knob.readOnlyData(of: pointer) else { throw notFound("knob", knob.name) }
        UnsafeMutableRawBufferPointer(rebasing: data[knob.offset..<knob.offset + knob.size])
            .copyBytes(from: bytes)
    }
}
