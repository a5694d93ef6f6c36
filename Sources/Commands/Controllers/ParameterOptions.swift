import ArgumentParser
import Profiles

/// `--set NAME=VALUE`, for commands that take a controller.
struct ParameterOptions: ParsableArguments {
    struct Assignment {
        let name: String
        let value: ParameterValue

        init(_ text: String) throws {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let value = ParameterValue(text: parts[1]) else {
                throw ValidationError("expected NAME=VALUE, such as gain=8")
            }
            self.name = parts[0]
            self.value = value
        }
    }

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A parameter, as 'cc show' lists them; can be repeated.", valueName: "name=value"),
        transform: Assignment.init)
    var assignments: [Assignment] = []

    /// Of a name that is set twice the last value.
    var values: [String: ParameterValue] {
        Dictionary(assignments.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}

extension [String: Int64] {
    /// A controller's parameters.
    var json: JSON { .object(mapValues { .integer(Int($0)) }) }
}
