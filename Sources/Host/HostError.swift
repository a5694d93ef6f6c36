import SystemPackage

/// What failed on this host, on what, why, and what to do about it.
package struct HostError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let noSuchCgroup = Code(rawValue: "noSuchCgroup")
        package static let notDirectory = Code(rawValue: "notDirectory")
        package static let notCgroup2 = Code(rawValue: "notCgroup2")
        package static let cgroup1 = Code(rawValue: "cgroup1")
        package static let noCgroup2Mount = Code(rawValue: "noCgroup2Mount")
        package static let noSuchUnit = Code(rawValue: "noSuchUnit")
        package static let ambiguousUnit = Code(rawValue: "ambiguousUnit")
        /// The cgroup was removed, or removed and made again, since it was looked up.
        package static let cgroupGone = Code(rawValue: "cgroupGone")
        package static let noSuchProcess = Code(rawValue: "noSuchProcess")
        package static let zombie = Code(rawValue: "zombie")
        /// Above the root of the cgroup namespace or of the mount.
        package static let outsideNamespace = Code(rawValue: "outsideNamespace")
        package static let noSuchSysctl = Code(rawValue: "noSuchSysctl")
        package static let notBPFFilesystem = Code(rawValue: "notBPFFilesystem")
        package static let lockBusy = Code(rawValue: "lockBusy")
        package static let permission = Code(rawValue: "permission")
        /// A file of the kernel's doesn't read as expected.
        package static let malformed = Code(rawValue: "malformed")
        /// A system call failed in a way that has no code of its own; `errno` says how.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    /// What failed, such as "cannot open the cgroup".
    package let what: String
    /// On what: a path, a name, a number.
    package let subject: String
    /// Why, where that isn't `errno`.
    package let reason: String?
    package let errno: Errno?
    package let advice: String?

    package init(
        _ code: Code, _ what: String, on subject: String, because reason: String? = nil,
        errno: Errno? = nil, advice: String? = nil
    ) {
        self.code = code
        self.what = what
        self.subject = subject
        self.reason = reason
        self.errno = errno
        self.advice = advice
    }

    /// A failed system call: `.permission` for EPERM and EACCES, else `code`.
    package init(
        _ errno: Errno, _ what: String, on subject: String, code: Code = .io, advice: String? = nil
    ) {
        let denied = errno == .notPermitted || errno == .permissionDenied
        self.init(
            denied ? .permission : code, what, on: subject, errno: errno, advice: advice)
    }

    package var description: String {
        let words = [what, subject, reason ?? errno?.description].compactMap { $0 }
        return words.joined(separator: ": ") + (advice.map { "; " + $0 } ?? "")
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
