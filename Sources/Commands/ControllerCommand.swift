import ArgumentParser
import CongestionControl
import Profiles
import Tuner

struct ControllerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cc",
        abstract: "Congestion controllers: which there are, and their parameters.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what a profile can name on this host.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let all = try ControllerCatalog().all()
            let registered = (try? Tuner().registeredControllers()) ?? []
            output.print(
                json: .array(
                    all.map { controller in
                        .object([
                            "name": .string(controller.name),
                            "origin": .string(controller.origin.name),
                            "registered": .array(
                                registrations(of: controller, registered).map {
                                    .object([
                                        "name": .string($0.name), "sockets": .integer($0.sockets),
                                    ])
                                }),
                        ])
                    })
            ) {
                var table = Table(["NAME", "ORIGIN", "REGISTERED"])
                for controller in all {
                    let names = registrations(of: controller, registered).map {
                        "\($0.name) (\($0.sockets) sockets)"
                    }
                    table.add([
                        controller.name, controller.origin.name,
                        controller.isNative
                            ? "by the kernel"
                            : names.isEmpty ? Format.none : names.joined(separator: ", "),
                    ])
                }
                return table.text
            }
        }

        private func registrations(
            of controller: Controller, _ registered: [(name: String, sockets: Int)]
        ) -> [(name: String, sockets: Int)] {
            registered.filter {
                ControllerInstance.algorithm(ofRegisteredName: $0.name) == controller.name
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a controller's parameters, and the state that it shows.")

        @Argument(help: "The controller's name.")
        var name: String

        @OptionGroup var output: OutputOptions

        func run() throws {
            let all = try ControllerCatalog().all()
            guard let controller = all.first(where: { $0.name == name }) else {
                throw Failure(
                    "there is no congestion controller '\(name)' here; "
                        + (Suggestions.question(for: name, in: all.map(\.name))
                            ?? "'tcptune cc list' shows what there is"))
            }
            let parameters = try controller.parameters()
            let state = try controller.state()
            output.print(
                json: .object([
                    "name": .string(controller.name), "origin": .string(controller.origin.name),
                    "parameters": .array(parameters.map(json)), "state": state?.json ?? .null,
                ])
            ) {
                guard !parameters.isEmpty || state != nil else {
                    return "\(name) (\(controller.origin.name)) has no parameters\n"
                }
                var table = Table(
                    ["PARAMETER", "DEFAULT", "RANGE", ""], [.left, .right, .right, .left])
                for parameter in parameters {
                    table.add([
                        parameter.name, String(parameter.defaultValue),
                        "\(parameter.range.lowerBound)...\(parameter.range.upperBound)",
                        parameter.documentation,
                    ])
                }
                return table.text + (state.map { "\n" + $0.table } ?? "")
            }
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
}
