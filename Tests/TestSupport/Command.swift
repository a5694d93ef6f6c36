import Host

/// Runs a program to its end.
package enum Command {
    package struct Output: Sendable {
        /// The exit status, or 128 and the signal that killed it.
        package let status: CInt
        package let standardOutput: String
        package let standardError: String

        package var succeeded: Bool { status == 0 }
    }

    /// Runs `arguments[0]`, found in PATH; throws when it doesn't start or outlives `timeout`.
    package static func run(
        _ arguments: [String], _ placement: Placement = .here, input: [UInt8] = [],
        environment: [String: String] = [:], timeout: Duration = .seconds(30)
    ) throws -> Output {
        var child = try ChildProcess(
            arguments, placement, input: input, environment: environment)
        return try child.wait(timeout: timeout)
    }

    /// The same, and throws unless it exits with 0. Returns its standard output.
    @discardableResult
    package static func check(
        _ arguments: [String], _ placement: Placement = .here, input: [UInt8] = [],
        environment: [String: String] = [:], timeout: Duration = .seconds(30)
    ) throws -> String {
        let output = try run(
            arguments, placement, input: input, environment: environment, timeout: timeout)
        guard output.succeeded else {
            throw TestSupportError(
                "\(arguments.joined(separator: " ")): exit \(output.status): \(output.standardError)"
            )
        }
        return output.standardOutput
    }
}
