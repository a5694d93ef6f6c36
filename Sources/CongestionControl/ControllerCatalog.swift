import BPF
import BPFPrograms
import Host
import Profiles

/// The congestion controllers of this host and of this binary, by name.
package struct ControllerCatalog {
    /// Linux's own controllers; a kernel has some of them.
    static let linux: Set<String> = [
        "reno", "cubic", "bbr", "dctcp", "vegas", "westwood", "htcp", "hybla", "illinois", "veno",
        "yeah", "lp", "nv", "scalable", "bic", "cdg", "highspeed",
    ]
    private static let builtInPrefix = "tt_"

    private let kernel: Kernel

    package init(_ kernel: Kernel = Kernel()) {
        self.kernel = kernel
    }

    /// The controllers that this binary carries.
    package static var builtIn: [Controller] {
        BPFPrograms.all.filter { $0.key.hasPrefix(builtInPrefix) }
            .map { Controller(name: $0.key, origin: .builtIn($0.value)) }
            .sorted { $0.name < $1.name }
    }

    /// Everything a profile can name here: the kernel's, then the built-in ones.
    package func all() throws(HostError) -> [Controller] {
        let builtIn = Self.builtIn
        let ours = Set(builtIn.map(\.name))
        let native = try kernel.availableCongestionControls()
            .filter { !ours.contains($0) && !$0.hasPrefix(Self.builtInPrefix) }
        return native.map { Controller(name: $0, origin: .native) } + builtIn
    }

    /// The first of a choice's controllers that this host can run.
    ///
    /// - Returns: the controller, and for each that was passed over the reason.
    package func choose(
        _ choice: CongestionControlChoice
    ) throws(CongestionControlError) -> (ControllerInstance, passedOver: [String]) {
        var passedOver: [CongestionControlError] = []
        for name in [choice.algorithm] + choice.fallback {
            let parameters = name == choice.algorithm ? choice.parameters : [:]
            do throws(CongestionControlError) {
                let instance = try instance(name, parameters)
                return (instance, passedOver.map { $0.description })
            } catch where error.code == .unknown || error.code == .unsupported {
                passedOver.append(error)
            }
        }
        throw passedOver[0]
    }

    /// A controller with parameters, checked.
    func instance(
        _ name: String, _ parameters: [String: ParameterValue]
    ) throws(CongestionControlError) -> ControllerInstance {
        if let object = BPFPrograms.all[name], name.hasPrefix(Self.builtInPrefix) {
            let declared = try Controller(name: name, origin: .builtIn(object)).parameters()
            return ControllerInstance(
                bpf: name, parameters: try check(parameters, declared, of: name))
        }
        guard try isNative(name) else { throw missing(name) }
        guard parameters.isEmpty else {
            throw CongestionControlError(
                .invalidParameter, name, "a native controller has no parameters",
                advice: "remove 'parameters', or choose a BPF controller: "
                    + Self.builtIn.map(\.name).joined(separator: ", "))
        }
        return ControllerInstance(native: name)
    }

    private func isNative(_ name: String) throws(CongestionControlError) -> Bool {
        do throws(HostError) {
            return try kernel.probeCongestionControl(name)
        } catch {
            throw CongestionControlError(.failed, name, "\(error)")
        }
    }

    private func missing(_ name: String) -> CongestionControlError {
        if Self.linux.contains(name) {
            return CongestionControlError(
                .unsupported, name, "this kernel doesn't have it",
                advice: "load its module (modprobe tcp_\(name)), or name a 'fallback'")
        }
        let known = ((try? all()) ?? []).map(\.name)
        let advice =
            Suggestions.question(for: name, in: known)
            ?? "there are \(known.sorted().joined(separator: ", "))"
        return CongestionControlError(.unknown, name, "no such controller", advice: advice)
    }

    /// The values that differ from the default.
    private func check(
        _ values: [String: ParameterValue], _ declared: [Parameter], of controller: String
    ) throws(CongestionControlError) -> [String: Int64] {
        var result: [String: Int64] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = declared.first(where: { $0.name == name }) else {
                let names = declared.map(\.name)
                throw CongestionControlError(
                    .invalidParameter, controller, "there is no parameter '\(name)'",
                    advice: Suggestions.question(for: name, in: names)
                        ?? "there are \(names.joined(separator: ", "))")
            }
            let number = try parameter.check(value, of: controller)
            if number != parameter.defaultValue { result[name] = number }
        }
        return result
    }
}
