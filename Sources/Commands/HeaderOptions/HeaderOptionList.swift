import ArgumentParser
import Profiles

struct HeaderOptionList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the types of header options, and where they are used.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let uses = HeaderOptionUse.all()
        output.print(
            json: .array(HeaderOptionType.allCases.map { $0.json(uses: uses[$0] ?? []) })
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
            return table.text
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
