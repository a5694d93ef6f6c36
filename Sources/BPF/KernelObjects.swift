import CLibbpf
import Glibc
internal import SystemPackage

// What programs, maps and links have in common: ids, pins and an information structure.

/// Opens a pin; nil when there is none.
func openPin(_ path: FilePath, kind: String) throws(BPFError) -> OwnedDescriptor? {
    let result = path.withPlatformString { bpf_obj_get($0) }
    if result == -ENOENT { return nil }
    return OwnedDescriptor(
        try check(result, otherwise: .badFormat, "open the pinned \(kind)", path.string))
}

func pin(_ descriptor: CInt, at path: FilePath, kind: String) throws(BPFError) {
    let result = path.withPlatformString { bpf_obj_pin(descriptor, $0) }
    guard result == 0 else {
        // bpffs: EPERM is what a name with a dot gets, EINVAL another file system.
        let dotted = path.lastComponent?.string.contains(".") ?? false
        let hint: String? =
            dotted
            ? "bpffs refuses names with a dot"
            : result == -EINVAL ? "is it in a bpffs? mount -t bpf bpf /sys/fs/bpf" : nil
        throw BPFError(
            errno: -result, otherwise: .io, what: "pin the \(kind)", subject: path.string,
            hint: hint)
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
