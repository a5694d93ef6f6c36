import CLibbpf
import CShim
import Glibc
import SystemPackage

// What programs, maps and links have in common: ids, pins and an information structure.

/// Opens a pin; nil when there is none.
func openPin(_ path: FilePath, kind: String) throws(BPFError) -> OwnedDescriptor? {
    let result = path.withPlatformString { bpf_obj_get($0) }
    if result == -ENOENT { return nil }
    let descriptor = OwnedDescriptor(
        try check(result, otherwise: .badFormat, "open the pinned \(kind)", path.string))
    // Every kind answers to every call for information.
    guard isDescriptor(descriptor.raw, of: kind) else {
        throw BPFError(
            .badFormat, what: "open the pinned \(kind)", subject: path.string,
            hint: "another kind of object is pinned there")
    }
    return descriptor
}

/// Whether the kernel calls the file `bpf-map`, `bpf-prog`, or `bpf-link` (`bpf_link` at first).
private func isDescriptor(_ descriptor: CInt, of kind: String) -> Bool {
    let file = FilePath("/proc/self/fd/\(descriptor)")
    let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
        let length = file.withPlatformString {
            readlink($0, buffer.baseAddress!, buffer.count)
        }
        return String(
            decoding: UnsafeRawBufferPointer(buffer).prefix(max(0, length)), as: UTF8.self)
    }
    return name.contains("bpf") && name.hasSuffix(kind.prefix(4))
}

func pin(_ descriptor: CInt, at path: FilePath, kind: String) throws(BPFError) {
    let result = path.withPlatformString { bpf_obj_pin(descriptor, $0) }
    guard result == 0 else {
        let directory = path.removingLastComponent()
        let magic = directory.withPlatformString { cshim_filesystem_magic($0) }
        if magic >= 0, magic != PinDirectory.magic {
            throw PinDirectory.notABPFFileSystem(directory)
        }
        let hasDot = path.lastComponent?.string.contains(".") ?? false
        throw BPFError(
            errno: -result, otherwise: .io, what: "pin the \(kind)", subject: path.string,
            hint: hasDot ? "a BPF file system refuses names with a dot" : nil)
    }
}

/// Reads one of the kernel's `bpf_*_info`; `Info` knows older and newer kernels' as a prefix.
func readInfo<Info>(
    into info: inout Info, of descriptor: CInt, kind: String
) throws(BPFError) {
    var size = UInt32(MemoryLayout<Info>.size)
    let result = withUnsafeMutablePointer(to: &info) {
        bpf_obj_get_info_by_fd(descriptor, $0, &size)
    }
    try check(result, otherwise: .badFormat, "read the information of the \(kind)", "\(descriptor)")
}

/// Every id that `next`, one of `bpf_*_get_next_id`, gives.
func collectIDs(
    kind: String, next: (UInt32, UnsafeMutablePointer<UInt32>?) -> CInt
) throws(BPFError) -> [UInt32] {
    var ids: [UInt32] = []
    var id: UInt32 = 0
    while true {
        let result = next(id, &id)
        if result == -ENOENT { return ids }
        try check(result, "list the \(kind)s", "of this host")
        ids.append(id)
    }
}

/// The text of a fixed `char` array that ends at its first NUL.
func string<Characters: BitwiseCopyable>(fromCharacters characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// A pointer as the kernel takes it inside a structure.
func kernelAddress(_ pointer: UnsafeMutableRawPointer?) -> UInt64 {
    UInt64(UInt(bitPattern: pointer))
}
