import Emulator
import Host
import Tuner
import Workloads

/// Why a benchmark can't be run or read: what failed, on what, why, and what to do.
package struct BenchError: Error, CustomStringConvertible, Sendable {
    /// What kind of failure it is; more may come.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// A scenario, a link, an arm or a result directory that is none.
        package static let invalid = Code("invalid")
        /// This host can't.
        package static let unsupported = Code("unsupported")
        package static let permission = Code("permission")
        /// Ctrl-C or SIGTERM.
        package static let interrupted = Code("interrupted")
        /// It failed on the way.
        package static let failed = Code("failed")
    }

    package let code: Code
    package let message: String
    package let advice: String?

    package init(_ code: Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }

    package var description: String { message + (advice.map { "; \($0)" } ?? "") }
}

extension BenchError {
    package init(_ error: EmulatorError) {
        let code: Code =
            switch error.code {
            case .permission: .permission
            case .notSupported: .unsupported
            case .invalid: .invalid
            default: .failed
            }
        self.init(code, "\(error)")
    }

    init(_ error: HostError) {
        self.init(error.code == .permission ? .permission : .failed, "\(error)")
    }
}
