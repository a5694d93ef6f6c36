import Profiles

/// A controller with its parameters: what is registered, and what a connection is given.
package struct ControllerInstance: Hashable, Sendable, Codable {
    /// The controller's name in profiles.
    package let algorithm: String
    /// Those that differ from the default.
    package let parameters: [String: Int64]
    /// The kernel's name for it: the algorithm, or with other parameters a name made from both.
    package let registeredName: String
    /// Whether tcptune registers it.
    package let isBPF: Bool

    /// One of the kernel's own.
    package init(native name: String) {
        algorithm = name
        parameters = [:]
        registeredName = name
        isBPF = false
    }

    init(bpf name: String, parameters: [String: Int64]) {
        algorithm = name
        self.parameters = parameters
        registeredName = Self.registeredName(name, parameters)
        isBPF = true
    }

    /// With its parameters, for people: `tt_cubic(beta_permille=800)`.
    package var label: String {
        guard !parameters.isEmpty else { return algorithm }
        return "\(algorithm)(\(Self.text(parameters)))"
    }

    /// Throws where two of them have one name: names are made from 24 bits of a hash.
    package static func checkNames(
        _ instances: [ControllerInstance]
    ) throws(CongestionControlError) {
        var first: [String: ControllerInstance] = [:]
        for instance in instances {
            let other = first[instance.registeredName, default: instance]
            guard other == instance else {
                throw CongestionControlError(
                    .nameTaken, instance.algorithm,
                    "the kernel's name for \(instance.label) is \(instance.registeredName), and so "
                        + "is the one for \(other.label)",
                    advice: "change a parameter a little")
            }
            first[instance.registeredName] = instance
        }
    }

    private static func text(_ parameters: [String: Int64]) -> String {
        parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }

    /// 15 characters are all the kernel has: with parameters eight of the name, six of a hash.
    private static func registeredName(_ name: String, _ parameters: [String: Int64]) -> String {
        guard !parameters.isEmpty else { return name }
        let digits = FNV1a.digits("\(name):\(text(parameters))".utf8).suffix(6)
        return "\(name.prefix(CongestionControlChoice.maximumNameLength - 7))_\(digits)"
    }
}
