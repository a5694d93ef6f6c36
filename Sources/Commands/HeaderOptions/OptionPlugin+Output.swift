import HeaderOptions
import Profiles

/// A plug-in as `option show` and `option list` have it.
extension OptionPlugin {
    func text(_ uses: [HeaderOptionUse]) -> String {
        let room = manifest.length + 4
        var lines = [
            "\(name) (plug-in): \(manifest.summary)", "directory: \(directory)",
            "version: \(digest)", "kind, ExID: 254, \(manifest.identifier)",
            "room: \(room) bytes, \(manifest.length) of them the value's",
        ]
        lines += uses.map { "in use: \($0.words)" }
        // Of the value as `parse` leaves it.
        var table = Table(["VALUE'S BYTE", "FIELD", "UNIT"])
        for field in manifest.fields {
            let last = field.offset + field.size - 1
            table.add([
                field.size == 1 ? "\(last)" : "\(field.offset) to \(last)", field.name,
                field.unit.isEmpty ? Format.none : field.unit,
            ])
        }
        return lines.joined(separator: "\n") + "\n"
            + (manifest.fields.isEmpty ? "" : "\n" + table.text)
            + "\nheaderOptions:\n  - { type: plugin, name: \(name), on: [data] }\n"
    }

    func json(uses: JSON) -> JSON {
        .object([
            "name": .string(name), "description": .string(manifest.description),
            "directory": .string(directory.string), "version": .string(digest),
            "exid": .string(manifest.identifier), "length": .integer(manifest.length),
            "fields": .array(
                manifest.fields.map {
                    .object([
                        "name": .string($0.name), "offset": .integer($0.offset),
                        "size": .integer($0.size), "unit": .string($0.unit),
                    ])
                }),
            "uses": uses, "error": .null,
        ])
    }
}

extension OptionManifest {
    /// The ExID, in hexadecimal.
    var identifier: String { HeaderOption.RawIdentifier.exid(exid).description }
}
