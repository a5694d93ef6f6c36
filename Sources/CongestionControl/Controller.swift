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
        /// A BPF program of a user's.
        case plugin(ControllerPlugin)

        /// The word for tables.
        package var name: String {
            switch self {
            case .native: "native"
            case .builtIn: "built-in"
            case .plugin: "plug-in"
            }
        }
    }

    package let name: String
    package let origin: Origin

    /// Whether the kernel brings it.
    package var isNative: Bool {
        if case .native = origin { true } else { false }
    }

    /// What is registered; nil for a native controller.
    package var object: ControllerObject? {
        switch origin {
        case .native: nil
        case .builtIn(let embedded): ControllerObject(name: name, elf: embedded.bytes)
        case .plugin(let plugin): plugin.compiled
        }
    }

    /// What can be set; none for a native controller.
    package func parameters() throws(CongestionControlError) -> [Parameter] {
        switch origin {
        case .native: return []
        case .plugin(let plugin): return plugin.parameters
        case .builtIn(let embedded):
            do throws(BPFError) {
                return try Object(embedded).knobs.compactMap(Parameter.init)
            } catch {
                throw CongestionControlError(name, error)
            }
        }
    }
}
