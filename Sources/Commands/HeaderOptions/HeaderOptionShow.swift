import ArgumentParser
import Profiles

struct HeaderOptionShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a header option's bytes, its keys in a profile, and an example.")

    @Argument(
        help: "The option's type or name, as 'option list' has it, or a plug-in's directory.")
    var option: String

    @OptionGroup var plugins: OptionDirectories
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let type = HeaderOptionType(rawValue: option) else { return try showPlugin() }
        let uses = HeaderOptionUse.all()[type] ?? []
        output.print(
            json: type.json(
                uses: uses,
                with: [
                    "options": .array(type.layouts.map(json)),
                    "keys": .array(type.documentedKeys.map(json)),
                    "example": .string(type.example),
                ])
        ) {
            head(type, uses) + type.layouts.map { "\n" + table($0) }.joined() + "\n"
                + table(type.documentedKeys) + "\nheaderOptions:\n  - \(type.example)\n"
        }
    }

    private func showPlugin() throws {
        guard option.contains("/") || plugins.catalog.directory(of: option) != nil else {
            let known =
                HeaderOptionType.allCases.map(\.rawValue) + plugins.catalog.all().map(\.name)
            throw Failure(
                "\(option): no header option of that type or name, "
                    + (Suggestions.question(for: option, in: known)
                        ?? "there are \(known.joined(separator: ", "))"),
                exitCode: Failure.Code.invalidInput)
        }
        let plugin = try plugins.catalog.find(option)
        let uses = HeaderOptionUse.plugins()[plugin.name] ?? []
        output.print(json: plugin.json(uses: .array(uses.map(\.json)))) { plugin.text(uses) }
    }

    private func head(_ type: HeaderOptionType, _ uses: [HeaderOptionUse]) -> String {
        var lines = [
            "\(type.rawValue): \(type.summary)", "kind, ExID: \(type.identifier)",
            "on: \(type.segments.map(\.rawValue).joined(separator: ", "))",
            "negotiated: \(type.isNegotiated ? "yes" : "no")",
        ]
        lines += uses.map { "in use: \($0.words)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(_ layout: HeaderOptionLayout) -> String {
        var table = Table(["BYTE", layout.title])
        for field in layout.fields { table.add([field.bytes, field.meaning]) }
        return table.text
    }

    private func table(_ keys: [HeaderOptionKey]) -> String {
        var table = Table(["KEY", "VALUE", "DEFAULT", ""])
        for key in keys {
            table.add([
                key.name, key.values, key.fallback ?? (key.isRequired ? "required" : Format.none),
                key.summary,
            ])
        }
        return table.text
    }

    private func json(_ layout: HeaderOptionLayout) -> JSON {
        .object([
            "title": .string(layout.title),
            "fields": .array(
                layout.fields.map {
                    .object(["bytes": .string($0.bytes), "meaning": .string($0.meaning)])
                }),
        ])
    }

    private func json(_ key: HeaderOptionKey) -> JSON {
        .object([
            "name": .string(key.name), "values": .string(key.values),
            "required": .bool(key.isRequired), "summary": .string(key.summary),
            "default": key.fallback.map { .string($0) } ?? .null,
        ])
    }
}
