import BPF
import PluginFiles

/// Why a congestion controller can't be used.
package struct CongestionControlError: Error, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// No controller has this name.
        package static let unknown = Code("unknown")
        /// The controller has no such parameter, or its value isn't allowed.
        package static let invalidParameter = Code("invalidParameter")
        /// This kernel doesn't have the controller, or can't load it.
        package static let unsupported = Code("unsupported")
        /// A plug-in isn't safe, isn't whole, or isn't a controller.
        package static let invalidPlugin = Code("invalidPlugin")
        /// It can't be changed while connections or profiles use it.
        package static let inUse = Code("inUse")
        /// Somebody else registered a controller of this name.
        package static let nameTaken = Code("nameTaken")
        /// A privilege is missing.
        package static let permission = Code("permission")
        /// The kernel failed otherwise.
        package static let failed = Code("failed")
    }

    package let code: Code
    package let controller: String
    package let reason: String
    package let advice: String?
    /// The verifier's log, where it refused the controller.
    package let log: String?
    /// What a plug-in didn't pass.
    package var check: ControllerPlugin.Check?

    package init(
        _ code: Code, _ controller: String, _ reason: String, advice: String? = nil,
        log: String? = nil
    ) {
        self.code = code
        self.controller = controller
        self.reason = reason
        self.advice = advice
        self.log = log
    }

    init(_ controller: String, _ error: BPFError) {
        let code: Code =
            switch error.code {
            case .permission: .permission
            case .notSupported, .verifier: .unsupported
            case .exists: .nameTaken
            default: .failed
            }
        self.init(
            code, controller, "\(error)",
            advice: code == .nameTaken
                ? "somebody else registered a controller of this name" : nil,
            log: error.log)
    }

    /// The kernel's verdict on what a user wrote.
    init(plugin name: String, _ error: BPFError) {
        switch error.code {
        case .verifier, .open, .load, .badFormat:
            self.init(.invalidPlugin, name, "\(error)", log: error.log)
        default:
            self.init(name, error)
        }
    }

    init(_ refusal: PluginRefusal) {
        self.init(.invalidPlugin, refusal.plugin, refusal.reason, advice: refusal.advice)
        check = ControllerPlugin.Check(refusal.part)
    }

    package var description: String {
        "congestion controller '\(controller)': \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
