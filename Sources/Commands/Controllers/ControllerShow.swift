import ArgumentParser
import CongestionControl
import Profiles
import Tuner

struct ControllerShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a controller's parameters, and the state that it shows.")

    @Argument(help: "The controller's name, or the path of a plug-in's directory.")
    var controller: String

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let controller = try plugins.catalog.find(controller)
        let parameters = try controller.parameters()
        let state = try controller.state()
        let registered = RegistrationUse.all(plugins).filter {
            $0.controller.algorithm == controller.name
        }
        output.print(
            json: .object([
                "name": .string(controller.name), "origin": .string(controller.origin.name),
                "description": .string(controller.description),
                "directory": controller.directory.map { .string($0) } ?? .null,
                "version": controller.object.map { .string($0.digest) } ?? .null,
                "registered": .array(registered.map(\.json)),
                "parameters": .array(parameters.map(json)), "state": state?.json ?? .null,
            ])
        ) {
            head(controller, registered) + (parameters.isEmpty ? "" : "\n" + table(parameters))
                + (state.map { "\n" + $0.table } ?? "")
        }
    }

    private func head(_ controller: Controller, _ registered: [RegistrationUse]) -> String {
        var lines = ["\(controller.name) (\(controller.origin.name))"]
        if !controller.description.isEmpty { lines[0] += ": \(controller.description)" }
        if let directory = controller.directory { lines.append("directory: \(directory)") }
        if let version = controller.object?.digest { lines.append("version: \(version)") }
        for use in registered {
            lines.append("registered: \(use.words(current: controller.object?.digest))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(_ parameters: [Parameter]) -> String {
        var table = Table(["PARAMETER", "DEFAULT", "RANGE", ""], [.left, .right, .right, .left])
        for parameter in parameters {
            table.add([
                parameter.name, String(parameter.defaultValue),
                "\(parameter.range.lowerBound)...\(parameter.range.upperBound)",
                parameter.documentation,
            ])
        }
        return table.text
    }

    private func json(_ parameter: Parameter) -> JSON {
        .object([
            "name": .string(parameter.name),
            "default": .integer(Int(parameter.defaultValue)),
            "minimum": .integer(Int(parameter.range.lowerBound)),
            "maximum": .integer(Int(parameter.range.upperBound)),
            "documentation": .string(parameter.documentation),
        ])
    }
}

extension Controller {
    fileprivate var plugin: ControllerPlugin? {
        if case .plugin(let plugin) = origin { plugin } else { nil }
    }
    fileprivate var description: String { plugin?.description ?? "" }
    fileprivate var directory: String? { plugin?.directory.string }
}
