import HeaderOptions
import Profiles

/// A plug-in as `option show` has it.
extension OptionPlugin {
    func text(_ uses: [HeaderOptionUse]) -> String {
        let room = manifest.length + 4
        var lines = [
            "\(name) (plug-in): \(manifest.summary)", "directory: \(directory)",
            "version: \(digest)", "kind, ExID: 254, \(manifest.identifier)",
            "room: \(room) bytes, \(manifest.length) of them the value's",
        ]
        lines += uses.map { "in use: \($0.words)" }
        var table = Table(["BYTE", "FIELD", "UNIT"])
        for field in manifest.fields {
            // Where it is in the option, as the types' tables have it.
            let first = field.offset + 4
            let last = first + field.size - 1
            table.add([
                first == last ? "\(first)" : "\(first) to \(last)", field.name,
                field.unit.isEmpty ? Format.none : field.unit,
            ])
        }
        return lines.joined(separator: "\n") + "\n"
            + (manifest.fields.isEmpty ? "" : "\n" + table.text)
            + "\nheaderOptions:\n  - { type: plugin, name: \(name), on: [data] }\n"
    }
}
