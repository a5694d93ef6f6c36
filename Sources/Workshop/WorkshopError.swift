import Host
import SystemPackage

/// Why a plug-in can't be made, built or tried.
package struct WorkshopError: Error, CustomStringConvertible {
    /// What kind of failure it is; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name can't be a plug-in's, or the directory is there already.
        package static let invalid = Code(rawValue: "invalid")
        /// The compiler refuses the source.
        package static let source = Code(rawValue: "source")
        /// There is no compiler that can do it.
        package static let noCompiler = Code(rawValue: "noCompiler")
        package static let permission = Code(rawValue: "permission")
        package static let interrupted = Code(rawValue: "interrupted")
        /// A system call failed.
        package static let io = Code(rawValue: "io")
    }

    package let code: Code
    /// What failed, such as "cannot build the controller".
    package let what: String
    package let subject: String
    package let reason: String
    package let advice: String?

    init(
        _ code: Code, _ what: String, on subject: String, because reason: String,
        advice: String? = nil
    ) {
        self.code = code
        self.what = what
        self.subject = subject
        self.reason = reason
        self.advice = advice
    }

    init(_ errno: Errno, _ what: String, on subject: String) {
        let isDenied = errno == .notPermitted || errno == .permissionDenied
        self.init(isDenied ? .permission : .io, what, on: subject, because: errno.description)
    }

    init(_ error: HostError) {
        self.init(
            error.code == .permission ? .permission : .io, error.what, on: error.subject,
            because: error.reason ?? error.errno?.description ?? "", advice: error.advice)
    }

    package var description: String {
        "\(what): \(subject): \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
