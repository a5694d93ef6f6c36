import CLibbpf

extension StructOps {
    /// What a zero-initialised 64-bit variable of the controller's object is now; nil: it has none of
    /// this name.
    ///
    /// Maps that were loaded together share their type information, by which the object's data is
    /// found even from a pin of the controller alone.
    package func global(_ variable: String) throws(BPFError) -> UInt64? {
        guard map.info.btfID != 0, let kernel = btf__load_from_kernel_by_id(map.info.btfID) else {
            return nil
        }
        defer { btf__free(kernel) }
        let size = MemoryLayout<UInt64>.size
        guard
            let place = BTF(kernel).variables(inSection: ".bss").first(where: {
                $0.name == variable && $0.size == size
            })
        else { return nil }
        for id in try Map.ids() {
            // Others' maps may go meanwhile.
            guard let data = try? Map(id: id), data.info.btfID == map.info.btfID,
                data.info.type == .array, data.name.hasSuffix(".bss"),
                place.offset + size <= data.info.valueSize
            else { continue }
            let key = RawMemory(byteCount: data.info.keySize)
            let value = RawMemory(byteCount: data.info.valueSize)
            guard try data.lookup(key: key.bytes, into: value.mutableBytes) else { return nil }
            return value.bytes.loadUnaligned(fromByteOffset: place.offset, as: UInt64.self)
        }
        return nil
    }
}
