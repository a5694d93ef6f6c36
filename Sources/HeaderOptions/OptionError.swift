import BPF
import PluginFiles

/// Why a plug-in's header option can't be used.
package struct OptionError: Error, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// No plug-in has this name.
        package static let unknown = Code("unknown")
        /// It isn't safe, isn't whole, isn't an option, or the verifier refuses it.
        package static let invalid = Code("invalid")
        /// A privilege is missing.
        package static let permission = Code("permission")
        /// The kernel failed otherwise.
        package static let failed = Code("failed")
    }

    package let code: Code
    package let option: String
    package let reason: String
    package let advice: String?
    /// The verifier's log, where it refused the program.
    package let log: String?
    /// Which check of a plug-in found it; nil: none.
    package var check: OptionPlugin.Check?

    package init(
        _ code: Code, _ option: String, _ reason: String, advice: String? = nil,
        log: String? = nil
    ) {
        self.code = code
        self.option = option
        self.reason = reason
        self.advice = advice
        self.log = log
    }

    init(_ option: String, _ error: BPFError) {
        let code: Code =
            switch error.code {
            case .permission: .permission
            case .verifier, .open, .load, .badFormat: .invalid
            default: .failed
            }
        self.init(code, option, "\(error)", log: error.log)
    }

    init(_ refusal: PluginRefusal) {
        self.init(.invalid, refusal.plugin, refusal.reason, advice: refusal.advice)
        check = OptionPlugin.Check(refusal.part)
    }

    package var description: String {
        "header option '\(option)': \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
