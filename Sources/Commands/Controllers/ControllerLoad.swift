import ArgumentParser
import CongestionControl
import Tuner

struct ControllerLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Register a controller without a profile, or replace it with its new version.",
        discussion: """
            It stays registered until 'cc unload'. Loading another version of one that is \
            registered, by this command or by a profile, replaces it for new connections in one \
            step; open ones keep the version they have, or with --existing get the new one.

            With --set it is another registration, by a name of its own that is printed: what \
            setsockopt(TCP_CONGESTION) and 'cc unload' take.
            """)

    @Argument(help: "The controller's name, or the path of a plug-in's directory.")
    var controller: String

    @OptionGroup var parameters: ParameterOptions

    @Flag(name: .long, help: "Move open connections that run a replaced version to this one.")
    var existing = false

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var verbose: VerboseOption

    func run() throws {
        let controller = try plugins.catalog.find(controller)
        let report = try plugins.tuner().load(
            controller, parameters: parameters.values, existing: existing)
        let (change, old): (String, JSON) =
            switch report.change {
            case .registered: ("registered", .null)
            case .replaced(let version): ("replaced", .string(version))
            case .kept: ("kept", .null)
            }
        output.print(
            json: .object([
                "name": .string(report.instance.registeredName),
                "controller": .string(report.instance.algorithm),
                "parameters": report.instance.parameters.json,
                "version": .string(report.version),
                "change": .string(change), "replaced": old,
                "moved": report.moved.map { .integer($0) } ?? .null,
                "oldSockets": .integer(report.oldSockets),
            ])
        ) { text(report) }
    }

    private func text(_ report: ControllerLoadReport) -> String {
        var text: String
        let instance = report.instance
        let name =
            instance.parameters.isEmpty
            ? instance.registeredName : "\(instance.label) as \(instance.registeredName)"
        switch report.change {
        case .registered: text = "loaded \(name), version \(report.version)\n"
        case .replaced(let version):
            text = "replaced \(name), version \(version), with \(report.version)\n"
        case .kept: text = "\(name), version \(report.version), is loaded\n"
        }
        if let moved = report.moved { text += "moved \(moved) open connections to it\n" }
        if report.oldSockets > 0 {
            text += "\(report.oldSockets) sockets run older versions until they are closed"
            text += existing ? "\n" : "; --existing moves them\n"
        }
        return text
    }
}
