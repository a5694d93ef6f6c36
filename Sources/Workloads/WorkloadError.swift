import SystemPackage

/// Why traffic can't be made: what failed, on what, why, and what to do about it.
package struct WorkloadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Options that contradict each other or lack something.
        package static let invalidOptions = Code(rawValue: "invalidOptions")
        /// No address and port, or a name that nobody knows.
        package static let badAddress = Code(rawValue: "badAddress")
        /// The server can't listen.
        package static let cannotListen = Code(rawValue: "cannotListen")
        /// A system call failed in a way that has no code of its own; `errno` says how.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    /// What failed, such as "cannot listen".
    package let what: String
    /// On what: an address, a word of a workload.
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

    package var description: String {
        let words = [what, subject, reason ?? errno?.description].compactMap { $0 }
        return words.joined(separator: ": ") + (advice.map { "; " + $0 } ?? "")
    }
}

/// The result of a C function that returns -errno, or the error it stands for.
@discardableResult
func shim(
    _ result: CInt, _ what: String, on subject: @autoclosure () -> String,
    code: WorkloadError.Code = .io
) throws(WorkloadError) -> CInt {
    guard result >= 0 else {
        throw WorkloadError(code, what, on: subject(), errno: Errno(rawValue: -result))
    }
    return result
}
