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

    private static func text(_ parameters: [String: Int64]) -> String {
        parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }

    /// 15 characters are all the kernel has: with parameters eight of the name, six of a hash.
    private static func registeredName(_ name: String, _ parameters: [String: Int64]) -> String {
        guard !parameters.isEmpty else { return name }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in "\(name):\(text(parameters))".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash & 0xff_ffff | 0x100_0000, radix: 16).dropFirst()
        return "\(name.prefix(CongestionControlChoice.maximumNameLength - 7))_\(digits)"
    }
}
