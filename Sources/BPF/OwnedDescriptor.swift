import Glibc
import SystemPackage

/// A file descriptor of a kernel object, closed when its owner goes away.
struct OwnedDescriptor: ~Copyable {
    let raw: CInt

    init(_ raw: CInt) {
        self.raw = raw
    }

    deinit {
        close(raw)
    }

    /// Another descriptor of the same kernel object.
    static func duplicating(_ raw: CInt, of subject: String) throws(BPFError) -> OwnedDescriptor {
        // Above the standard streams, as libbpf does: a daemon may have closed those.
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            throw BPFError(
                errno: errno, otherwise: .io, what: "duplicate the descriptor", subject: subject)
        }
        return OwnedDescriptor(copy)
    }

    func duplicate(of subject: String) throws(BPFError) -> OwnedDescriptor {
        try Self.duplicating(raw, of: subject)
    }
}

/// Throws when a call of libbpf, which answers with a negative errno, failed.
@discardableResult
func check(
    _ result: CInt, otherwise code: BPFError.Code = .io, _ what: String,
    _ subject: @autoclosure () -> String
) throws(BPFError) -> CInt {
    guard result >= 0 else {
        throw BPFError(errno: -result, otherwise: code, what: what, subject: subject())
    }
    return result
}

/// The descriptor that the kernel gave for an object's id; throws `.notFound` when it's gone.
func opened(_ result: CInt, _ kind: String, id: UInt32) throws(BPFError) -> OwnedDescriptor {
    guard result >= 0 else {
        throw BPFError(
            errno: -result, otherwise: .io, what: "open the \(kind) with id", subject: "\(id)",
            hint: result == -EPERM ? "run as root, or with CAP_SYS_ADMIN" : nil)
    }
    return OwnedDescriptor(result)
}
