import CLibbpf
import Glibc

// Maps that hold the variables of a section of a loaded object, `.bss` for one.
extension Map {
    /// The bytes of a variable; nil: the map has none of this name.
    package func bytes(ofVariable name: String) throws(BPFError) -> [UInt8]? {
        let variable = try withTypes { types in
            types.variables(inSection: info.valueTypeID).first { $0.name == name }
        }
        guard let variable, variable.offset + variable.size <= info.valueSize else { return nil }
        let key = RawMemory(byteCount: info.keySize)
        let value = RawMemory(byteCount: info.copiedValueSize)
        guard try lookup(key: key.bytes, into: value.mutableBytes) else { return nil }
        return Array(value.slice(at: variable.offset, count: variable.size))
    }

    /// The structure that a variable of the object is declared as a pointer to; nil: there is no
    /// such variable.
    package func structure(pointedToBy variable: String) throws(BPFError) -> TaggedStructure? {
        try withTypes { $0.structure(pointedToBy: variable) }
    }

    /// Calls `body` with the type information that the kernel keeps for the map; nil: there is
    /// none.
    private func withTypes<Result>(_ body: (BTF) -> Result?) throws(BPFError) -> Result? {
        guard info.btfID != 0 else { return nil }
        guard let btf = btf__load_from_kernel_by_id(info.btfID) else {
            throw BPFError(
                errno: errno, otherwise: .badFormat, what: "read the type information of the map",
                subject: name)
        }
        defer { btf__free(btf) }
        return body(BTF(btf))
    }
}
