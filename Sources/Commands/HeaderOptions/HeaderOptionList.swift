import ArgumentParser
import HeaderOptions
import Profiles

struct HeaderOptionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the types of header options and your own, and where they are used.")

    @OptionGroup var plugins: OptionDirectories
    @OptionGroup var output: OutputOptions

    func run() throws {
        let uses = HeaderOptionUse.all()
        let found = plugins.catalog.all()
        let pluginUses = HeaderOptionUse.plugins()
        output.print(
            json: .array(
                HeaderOptionType.allCases.map { type in
                    type.json(
                        uses: uses[type] ?? [],
                        with: type == .plugin
                            ? ["plugins": .array(found.map { json($0, pluginUses) })] : [:])
                })
        ) {
            var table = Table(["TYPE", "KIND, EXID", "ON", "BYTES", "NEGOTIATED", "FOR", "IN USE"])
            for type in HeaderOptionType.allCases {
                table.add([
                    type.rawValue, type.identifier,
                    type.segments.map(\.rawValue).joined(separator: ", "), type.bytes,
                    type.isNegotiated ? "yes" : "no", type.summary,
                    HeaderOptionUse.words(uses[type] ?? []),
                ])
            }
            return table.text + (found.isEmpty ? "" : "\n" + text(found, pluginUses))
        }
        for entry in found {
            if case .failure(let problem) = entry.plugin { Console.error("\(problem)") }
        }
    }

    private typealias Entry = (name: String, plugin: Result<OptionPlugin, OptionError>)

    private func text(_ found: [Entry], _ uses: [String: [HeaderOptionUse]]) -> String {
        var table = Table(["PLUG-IN", "EXID", "BYTES", "FIELDS", "VERSION", "FOR", "IN USE"])
        for (name, plugin) in found {
            let words = HeaderOptionUse.words(uses[name] ?? [])
            switch plugin {
            case .success(let plugin):
                let manifest = plugin.manifest
                table.add([
                    name, manifest.identifier, "up to \(4 + manifest.length)",
                    manifest.fields.isEmpty
                        ? Format.none : manifest.fields.map(\.name).joined(separator: ", "),
                    plugin.digest, manifest.summary, words,
                ])
            case .failure:
                table.add([
                    name, Format.none, Format.none, Format.none, Format.none, "broken", words,
                ])
            }
        }
        return table.text
    }

    private func json(_ entry: Entry, _ uses: [String: [HeaderOptionUse]]) -> JSON {
        let uses = JSON.array((uses[entry.name] ?? []).map(\.json))
        return switch entry.plugin {
        case .success(let plugin): plugin.json(uses: uses)
        case .failure(let problem):
            .object([
                "name": .string(entry.name), "error": .string("\(problem)"), "uses": uses,
            ])
        }
    }
}

extension HeaderOptionType {
    /// What `option list` and `option show` have in common.
    func json(uses: [HeaderOptionUse], with more: [String: JSON] = [:]) -> JSON {
        .object(
            [
                "type": .string(rawValue), "summary": .string(summary),
                "identifier": .string(identifier),
                "segments": .array(segments.map { .string($0.rawValue) }),
                "bytes": .string(bytes), "negotiated": .bool(isNegotiated),
                "uses": .array(uses.map(\.json)),
            ].merging(more) { $1 })
    }
}
