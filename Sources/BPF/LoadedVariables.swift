import CLibbpf
import Glibc

// The variables of a loaded object, by the type information that the kernel keeps of it.

extension Program {
    /// The structure that a variable of the program's object is declared as a pointer to; nil:
    /// there is no such variable.
    package func structure(pointedToBy variable: String) throws(BPFError) -> TaggedStructure? {
        try withTypes(try info().btfID) { $0.structure(pointedToBy: variable) }
    }

    /// The names of the struct_ops maps of the program's object, as its source has them.
    package func structOps() throws(BPFError) -> [String] {
        try withTypes(try info().btfID) { types in
            types.variables(inSection: ".struct_ops").map(\.name)
        } ?? []
    }
}

extension Map {
    /// The bytes of a variable in the map of a section, `.bss` for one; nil: it has none of this
    /// name.
    package func bytes(ofVariable variable: String) throws(BPFError) -> [UInt8]? {
        let found = try withTypes(info.btfID) { types in
            types.variables(inSection: info.valueTypeID).first { $0.name == variable }
        }
        guard let found, found.offset + found.size <= info.valueSize else { return nil }
        let key = RawMemory(byteCount: info.keySize)
        let value = RawMemory(byteCount: info.copiedValueSize)
        guard try lookup(key: key.bytes, into: value.mutableBytes) else { return nil }
        return Array(value.slice(at: found.offset, count: found.size))
    }
}

/// Calls `body` with the kernel's type information of this id; nil without one, which is 0.
private func withTypes<Result>(
    _ id: UInt32, _ body: (BTF) -> Result?
) throws(BPFError) -> Result? {
    guard id != 0 else { return nil }
    guard let btf = btf__load_from_kernel_by_id(id) else {
        throw BPFError(
            errno: errno, otherwise: .badFormat, what: "read the type information with id",
            subject: "\(id)")
    }
    defer { btf__free(btf) }
    return body(BTF(btf))
}
