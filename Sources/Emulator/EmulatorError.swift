import Host
import SystemPackage

/// What failed in building or running an emulated network.
package typealias EmulatorError = OperationError<EmulatorFailure>

/// The kinds of ``EmulatorError``.
package enum EmulatorFailure: Sendable {
    /// The topology asked for can't be built.
    case invalid
    case permission
    /// The kernel or the machine lacks something.
    case notSupported
    /// Started, stopped or marked at the wrong time.
    case state
    /// A program of the system's failed.
    case command
    /// A system call failed in a way that has no code of its own; `errno` says how.
    case io
}

extension EmulatorError {
    init(_ error: HostError) {
        self.init(
            error.code == .permission ? .permission : .io, error.what, on: error.subject,
            because: error.reason, errno: error.errno,
            advice: error.advice ?? (error.code == .permission ? Self.needsRoot : nil))
    }

    static var needsRoot: String { "run as root: it takes CAP_SYS_ADMIN and CAP_NET_ADMIN" }
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
