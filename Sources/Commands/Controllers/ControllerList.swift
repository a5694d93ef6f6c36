import ArgumentParser
import CongestionControl
import Tuner

struct ControllerList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what a profile can name on this host.")

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let rows = try rows(RegistrationUse.all(plugins))
        output.print(json: .array(rows.map(\.json))) {
            var table = Table(["NAME", "ORIGIN", "VERSION", "REGISTERED"])
            for row in rows { table.add(row.cells) }
            return table.text
        }
        for row in rows {
            if let problem = row.problem { Console.error("\(problem)") }
        }
    }

    /// The controllers, then plug-ins that are broken or loaded from elsewhere.
    private func rows(_ registered: [RegistrationUse]) throws -> [Row] {
        let catalog = plugins.catalog
        let all = try catalog.all(registered: Set(registered.map(\.controller.name)))
        var rows = all.map { controller in
            Row(
                name: controller.name, origin: controller.origin.name,
                version: controller.object?.digest, isNative: controller.isNative,
                registered: registered.filter { $0.controller.algorithm == controller.name })
        }
        for entry in catalog.plugins() {
            guard case .failure(let problem) = entry.controller else { continue }
            rows.append(Row(name: entry.name, origin: "plug-in", problem: problem))
        }
        let names = Set(rows.map(\.name))
        let others = Dictionary(grouping: registered, by: \.controller.algorithm)
        for (name, uses) in others.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            rows.append(Row(name: name, origin: "plug-in", registered: uses))
        }
        return rows
    }

    private struct Row {
        let name: String
        let origin: String
        /// Of the object that would be registered; nil: there is none here.
        var version: String?
        var isNative = false
        /// Why it can't be used.
        var problem: CongestionControlError?
        var registered: [RegistrationUse] = []

        var cells: [String] {
            let uses = registered.map { $0.words(current: version) }.joined(separator: ", ")
            let words =
                isNative
                ? "by the kernel"
                : problem != nil ? "broken" : uses.isEmpty ? Format.none : uses
            return [name, origin, version ?? Format.none, words]
        }

        var json: JSON {
            .object([
                "name": .string(name), "origin": .string(origin),
                "version": version.map { .string($0) } ?? .null,
                "error": problem.map { .string($0.description) } ?? .null,
                "registered": .array(registered.map(\.json)),
            ])
        }
    }
}
