/// The congestion controller a profile asks for, and what to take where it can't run.
public struct CongestionControlChoice: Sendable, Equatable {
    /// The longest name the kernel takes, in bytes (`TCP_CA_NAME_MAX` less the NUL).
    public static let maximumNameLength = 15

    /// A native controller's, a built-in's or a plug-in's name.
    public var algorithm: String
    /// By name; typed against the controller's declared parameters when the profile is planned.
    public var parameters: [String: ParameterValue]
    /// Tried in order where the kernel can't run `algorithm`; they get no parameters.
    public var fallback: [String]

    /// Makes a choice.
    public init(
        algorithm: String,
        parameters: [String: ParameterValue] = [:],
        fallback: [String] = []
    ) {
        self.algorithm = algorithm
        self.parameters = parameters
        self.fallback = fallback
    }
}

/// A controller parameter as the profile writes it, before the controller's type is known.
public enum ParameterValue: Sendable, Hashable {
    case integer(Int)
    /// Finite.
    case number(Double)
    case boolean(Bool)
    case string(String)
}
