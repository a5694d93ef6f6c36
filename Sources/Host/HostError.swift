import SystemPackage

/// What failed on this host.
package typealias HostError = OperationError<HostFailure>

/// The kinds of ``HostError``.
package enum HostFailure: Sendable {
    case noSuchCgroup
    case notDirectory
    case notCgroup2
    case cgroup1
    case noCgroup2Mount
    case noSuchUnit
    case ambiguousUnit
    /// The cgroup was removed, or removed and made again, since it was looked up.
    case cgroupGone
    case noSuchProcess
    case zombie
    /// Above the root of the cgroup namespace or of the mount.
    case outsideNamespace
    case noSuchSysctl
    case notBPFFilesystem
    case lockBusy
    case permission
    /// A file of the kernel's doesn't read as expected.
    case malformed
    /// A system call failed in a way that has no code of its own; `errno` says how.
    case io
}

extension HostError {
    /// A failed system call: `.permission` for EPERM and EACCES, else `code`.
    package init(
        _ errno: Errno, _ what: String, on subject: String, code: Code = .io, advice: String? = nil
    ) {
        let isDenied = errno == .notPermitted || errno == .permissionDenied
        self.init(
            isDenied ? .permission : code, what, on: subject, errno: errno, advice: advice)
    }
}

/// The result of a C function that returns -errno, or the error it stands for.
func check<Number: SignedInteger>(
    _ result: Number, _ what: String, on subject: some CustomStringConvertible,
    code: HostError.Code = .io
) throws(HostError) -> Number {
    guard result >= 0 else {
        throw HostError(
            Errno(rawValue: CInt(-result)), what, on: subject.description, code: code)
    }
    return result
}
