import SystemPackage

/// What failed in the kernel's BPF subsystem or in libbpf, on what, why, and what to do about it.
package struct BPFError: Error, Equatable, Sendable {
    /// The kind of failure, for callers that handle one.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// The object file can't be opened or isn't a BPF object.
        package static let open = Code(description: "open")
        /// The kernel's object or file has another layout than expected.
        package static let badFormat = Code(description: "bad format")
        /// Loading failed before the verifier was asked, or for another reason than its verdict.
        package static let load = Code(description: "load")
        /// The verifier rejected a program; the error has its log.
        package static let verifier = Code(description: "verifier")
        package static let attach = Code(description: "attach")
        /// The kernel doesn't have the feature.
        package static let notSupported = Code(description: "not supported")
        package static let notFound = Code(description: "not found")
        package static let permission = Code(description: "permission")
        package static let exists = Code(description: "exists")
        /// A map is full, or memory ran out.
        package static let noSpace = Code(description: "no space")
        package static let busy = Code(description: "busy")
        /// The link has lost its cgroup (ENOLINK).
        package static let detached = Code(description: "detached")
        /// A name, type or size doesn't match what the object or the map declares.
        package static let invalidArgument = Code(description: "invalid argument")
        package static let io = Code(description: "i/o")
    }

    package let code: Code
    /// The action that failed, as in "can't `load the BPF object`".
    package let what: String
    /// The name, path or id it failed on.
    package let subject: String
    package let errno: Errno?
    /// What the user can do about it.
    package let hint: String?
    /// Everything that libbpf and the verifier said.
    package let log: String?

    package init(
        _ code: Code, what: String, subject: String, errno: Errno? = nil, hint: String? = nil,
        log: String? = nil
    ) {
        self.code = code
        self.what = what
        self.subject = subject
        self.errno = errno
        self.hint = hint
        self.log = log
    }

    /// A failed call; the code comes from `errno`, or is `otherwise` when that says nothing.
    init(
        errno number: CInt, otherwise code: Code, what: String, subject: String,
        hint: String? = nil, log: String? = nil
    ) {
        let errno = Errno(rawValue: number)
        let code = Code(errno: errno) ?? code
        let capabilities = "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"
        self.init(
            code, what: what, subject: subject, errno: errno,
            hint: hint ?? (code == .permission ? capabilities : nil), log: log)
    }

    /// The line of `log` that says most about the failure.
    package var lastTellingLine: String? {
        log.flatMap(tellingLine(ofLog:))
    }
}

extension BPFError: CustomStringConvertible {
    package var description: String {
        var text = "can't \(what): \(subject)"
        if let reason = lastTellingLine ?? errno.map(words(for:)) {
            text += ": \(reason)"
        }
        if code == .verifier, let place = log.flatMap(place(inLog:)) {
            text += ", at \(place)"
        }
        if let hint {
            text += " (\(hint))"
        }
        return text
    }

    private func words(for errno: Errno) -> String {
        errno == .notSupportedByKernel ? "not supported by this kernel" : errno.description
    }
}

extension Errno {
    /// ENOTSUPP, which the kernel lets through to user space and libc has no words for.
    static let notSupportedByKernel = Errno(rawValue: 524)
}

extension BPFError.Code {
    /// nil for those whose meaning depends on the call.
    fileprivate init?(errno: Errno) {
        switch errno {
        case .notPermitted, .permissionDenied: self = .permission
        case .noSuchFileOrDirectory: self = .notFound
        case .fileExists: self = .exists
        case .noSpace, .noMemory: self = .noSpace
        case .resourceBusy: self = .busy
        case .noLink: self = .detached
        case .notSupportedByKernel, .notSupportedOnSocket, .noFunction: self = .notSupported
        default: return nil
        }
    }
}
