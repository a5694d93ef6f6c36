import Glibc
import SystemPackage

/// What a fixture couldn't do.
package struct TestSupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    init(_ errno: Errno, _ what: String) {
        self.init("\(what): \(errno)")
    }
}

/// The result of a system call that returns -1 and sets errno, or the error.
@discardableResult
func call<Number: SignedInteger>(_ what: @autoclosure () -> String, _ result: Number) throws
    -> Number
{
    guard result >= 0 else { throw TestSupportError(Errno(rawValue: errno), what()) }
    return result
}

/// The result of a shim that returns -errno, or the error.
@discardableResult
func shim(_ what: @autoclosure () -> String, _ result: CInt) throws -> CInt {
    guard result >= 0 else { throw TestSupportError(Errno(rawValue: -result), what()) }
    return result
}

/// Whether a condition comes true in time; for what the kernel has no event for.
package func eventually(
    within limit: Duration = .seconds(5), _ condition: () throws -> Bool
) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        if ContinuousClock.now > deadline { return false }
        usleep(2000)
    }
    return true
}
