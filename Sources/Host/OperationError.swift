import SystemPackage

/// What failed, on what, why, and what to do about it; which kinds there are, a module says.
package struct OperationError<Kind: Hashable & Sendable>: Error, Sendable, Hashable,
    CustomStringConvertible
{
    package typealias Code = Kind

    package let code: Kind
    /// What failed, such as "cannot open the cgroup".
    package let what: String
    /// On what: a path, a name, a number.
    package let subject: String
    /// Why, where that isn't `errno`.
    package let reason: String?
    package let errno: Errno?
    package let advice: String?

    package init(
        _ code: Kind, _ what: String, on subject: String, because reason: String? = nil,
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
