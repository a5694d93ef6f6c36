import BPF
import BPFPrograms

/// A congestion controller that a profile can name.
package struct Controller: Sendable {
    /// Where it comes from.
    package enum Origin: Sendable {
        /// The kernel's own.
        case native
        /// A BPF program that this binary carries.
        case builtIn(EmbeddedObject)

        /// The word for tables.
        package var name: String {
            switch self {
            case .native: "native"
            case .builtIn: "built-in"
            }
        }
    }

    package let name: String
    package let origin: Origin

    /// Whether the kernel brings it.
    package var isNative: Bool {
        if case .native = origin { true } else { false }
    }

    /// What can be set; none for a native controller.
    package func parameters() throws(CongestionControlError) -> [Parameter] {
        guard case .builtIn(let object) = origin else { return [] }
        do throws(BPFError) {
            return try Object(object).knobs.compactMap(Parameter.init)
        } catch {
            throw CongestionControlError(name, error)
        }
    }
}
