import Host
import SystemPackage

/// Why traffic can't be made.
package typealias WorkloadError = OperationError<WorkloadFailure>

/// The kinds of ``WorkloadError``.
package enum WorkloadFailure: Sendable {
    /// Options that contradict each other or lack something.
    case invalidOptions
    /// No address and port, or a name that nobody knows.
    case badAddress
    /// The server can't listen.
    case cannotListen
    /// A system call failed in a way that has no code of its own; `errno` says how.
    case io
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
