import BPF
import BPFPrograms
import Profiles

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

    init(name: String, origin: Origin) {
        self.name = name
        self.origin = origin
    }

    /// A user's.
    package init(_ plugin: ControllerPlugin) {
        self.init(name: plugin.name, origin: .plugin(plugin))
    }

    /// Whether the kernel brings it.
    package var isNative: Bool {
        if case .native = origin { true } else { false }
    }

    /// What is registered; nil for a native controller.
    package var object: ControllerObject? {
        switch origin {
        case .native: nil
        case .builtIn(let embedded):
            ControllerObject(name: name, elf: embedded.bytes, isPlugin: false)
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

    /// It with parameters, checked.
    package func instance(
        _ parameters: [String: ParameterValue] = [:]
    ) throws(CongestionControlError) -> ControllerInstance {
        if isNative {
            guard parameters.isEmpty else {
                throw CongestionControlError(
                    .invalidParameter, name, "a native controller has no parameters",
                    advice: "remove 'parameters', or choose a BPF controller: "
                        + ControllerCatalog.builtIn.map(\.name).joined(separator: ", "))
            }
            return ControllerInstance(native: name)
        }
        return ControllerInstance(bpf: name, parameters: try check(parameters))
    }

    /// The values that differ from the default.
    private func check(
        _ values: [String: ParameterValue]
    ) throws(CongestionControlError) -> [String: Int64] {
        let declared = try self.parameters()
        var result: [String: Int64] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = declared.first(where: { $0.name == name }) else {
                let names = declared.map(\.name)
                throw CongestionControlError(
                    .invalidParameter, self.name, "there is no parameter '\(name)'",
                    advice: Suggestions.question(for: name, in: names)
                        ?? (names.isEmpty
                            ? "it has none" : "there are \(names.joined(separator: ", "))"))
            }
            let number = try parameter.check(value, of: self.name)
            if number != parameter.defaultValue { result[name] = number }
        }
        return result
    }
}
