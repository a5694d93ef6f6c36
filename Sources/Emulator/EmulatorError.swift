import Host
import SystemPackage

/// What failed in building or running an emulated network, on what, why, and what to do about it.
package struct EmulatorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The topology asked for can't be built.
        package static let invalid = Code(rawValue: "invalid")
        package static let permission = Code(rawValue: "permission")
        /// The kernel or the machine lacks something.
        package static let notSupported = Code(rawValue: "notSupported")
        /// Started, stopped or marked at the wrong time.
        package static let state = Code(rawValue: "state")
        /// A program of the system's failed.
        package static let command = Code(rawValue: "command")
        /// A system call failed in a way that has no code of its own; `errno` says how.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    /// What failed, such as "cannot make the TUN device".
    package let what: String
    /// On what: a host, a device, a number.
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

    init(_ error: HostError) {
        self.init(
            error.code == .permission ? .permission : .io, error.what, on: error.subject,
            because: error.reason, errno: error.errno,
            advice: error.advice ?? (error.code == .permission ? Self.needsRoot : nil))
    }

    static let needsRoot = "run as root: it takes CAP_SYS_ADMIN and CAP_NET_ADMIN"

    package var description: String {
        let words = [what, subject, reason ?? errno?.description].compactMap { $0 }
        return words.joined(separator: ": ") + (advice.map { "; " + $0 } ?? "")
    }
}

/// The result of a C function that returns -errno, or the error it stands for.
@discardableResult
func check(
    _ result: CInt, _ what: String, on subject: String, advice: String? = nil
) throws(EmulatorError) -> CInt {
    guard result < 0 else { return result }
    let errno = Errno(rawValue: -result)
    if errno == .notPermitted || errno == .permissionDenied {
        throw EmulatorError(
            .permission, what, on: subject, errno: errno, advice: EmulatorError.needsRoot)
    }
    throw EmulatorError(
        advice == nil ? .io : .notSupported, what, on: subject, errno: errno, advice: advice)
}

/// What a function of Host's does, with its error as one of this module's.
func host<Result: ~Copyable>(
    _ body: () throws(HostError) -> Result
) throws(EmulatorError) -> Result {
    do throws(HostError) {
        return try body()
    } catch {
        throw EmulatorError(error)
    }
}
