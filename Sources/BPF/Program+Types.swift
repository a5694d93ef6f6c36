import CLibbpf
import Glibc

extension Program {
    /// The structure that a variable of the program's object is declared as a pointer to, by the
    /// type information that the kernel keeps; nil: there is no such variable.
    package func structure(pointedToBy variable: String) throws(BPFError) -> TaggedStructure? {
        let info = try info()
        guard info.btfID != 0 else { return nil }
        guard let btf = btf__load_from_kernel_by_id(info.btfID) else {
            throw BPFError(
                errno: errno, otherwise: .badFormat, what: "read the type information of",
                subject: info.name)
        }
        defer { btf__free(btf) }
        return BTF(btf).structure(pointedToBy: variable)
    }
}
