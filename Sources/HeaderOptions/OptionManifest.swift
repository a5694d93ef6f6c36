import PluginFiles
import Profiles

/// What a plug-in's `option.yaml` says.
package struct OptionManifest: PluginManifest, Sendable {
    package let name: String
    package let description: String
    /// The experiment identifier (RFC 6994).
    package let exid: UInt16
    /// The longest value, in bytes.
    package let length: Int
    package let fields: [OptionField]

    package static let file = "option.yaml"
    package static let home = PluginHome(
        OptionPlugin.defaultDirectory, command: "tcptune option")
    package static let maximumObjectSize = 1 << 20
    /// The longest value that there is ever room for, in bytes: beside the kernel's timestamps.
    package static let maximumLength =
        HeaderOptionRoom.limit - HeaderOptionRoom(of: [], on: .data).kernel - 4

    /// File names within the plug-in's directory.
    package var source: String { "\(name).bpf.c" }
    package var object: String { "\(name).bpf.o" }

    private static let format = DocumentFormat(
        kind: "HeaderOption",
        keys: [
            metadata(of: "option", name: .optionName),
            Shape.Key(
                name: "spec", shape: .mapping(spec), isRequired: true,
                summary: "What it is on the wire."),
        ])

    private static let spec = Shape.Keys(keys: [
        Shape.Key(
            name: "exid", shape: .exid, isRequired: true,
            summary: "The experiment identifier of an option of kind 254 (RFC 6994)."),
        Shape.Key(
            name: "length", shape: .number(.count(1...UInt32(maximumLength))), isRequired: true,
            summary: "The longest value, in bytes; that much room is reserved."),
        Shape.Key(
            name: "fields", shape: .list(of: .mapping(field), what: "fields", count: 0...8),
            summary: "What connections and metrics show of what came."),
    ])

    private static let field = Shape.Keys(keys: [
        Shape.Key(
            name: "name", shape: .text(.optionName), isRequired: true, summary: "The field's name."),
        Shape.Key(
            name: "offset", shape: .number(.count(0...UInt32(maximumLength - 1))),
            isRequired: true, summary: "Its first byte."),
        Shape.Key(
            name: "size", shape: .number(.count(1...8)), isRequired: true,
            summary: "Its bytes: an unsigned number in network order."),
        Shape.Key(
            name: "unit", shape: .text(.description), summary: "Its unit, for people."),
    ])

    package init(_ text: String, file: String) throws(ProfileError) {
        let (value, problems) = try Self.format.read(text, file: file)
        var diagnostics = problems
        let spec = value?["spec"]
        let length = Int(spec?["length"]?.integer ?? 0)
        var names: Set<String> = []
        fields = (spec?["fields"]?.list ?? []).compactMap { field in
            guard let name = field["name"]?.text, let offset = field["offset"]?.integer,
                let size = field["size"]?.integer
            else { return nil }
            if Int(offset + size) > length {
                diagnostics.append(
                    field.location.diagnostic(
                        "field \(name) ends beyond the value",
                        expected: "offset and size within its \(length) bytes"))
            }
            if !names.insert(name).inserted {
                diagnostics.append(
                    field.location.diagnostic(
                        "a second field \(name)", expected: "a name of its own"))
            }
            return OptionField(
                name: name, offset: Int(offset), size: Int(size), unit: field["unit"]?.text ?? "")
        }
        if let given = value?["metadata"]?["name"], let name = given.text,
            HeaderOptionType(rawValue: name) != nil
        {
            diagnostics.append(
                given.location.diagnostic(
                    "'\(name)' is one of tcptune's own types", expected: "another name"))
        }
        let exid = UInt16(truncatingIfNeeded: spec?["exid"]?.integer ?? 0)
        if let given = spec?["exid"], let owner = ReservedOptions.owner(ofExID: exid) {
            diagnostics.append(
                given.location.diagnostic(
                    "ExID \(HeaderOption.RawIdentifier.exid(exid)) is \(owner)",
                    expected: "one of your own"))
        }
        guard diagnostics.isEmpty else {
            throw ProfileError(invalid: file, diagnostics: DocumentFormat.arranged(diagnostics))
        }
        name = value?["metadata"]?["name"]?.text ?? ""
        description = value?["metadata"]?["description"]?.text ?? ""
        self.exid = exid
        self.length = length
    }
}

/// A number within the value that an option's plug-in leaves to be shown.
package struct OptionField: Sendable, Equatable, Codable {
    package let name: String
    /// Its first byte.
    package let offset: Int
    /// Its bytes, in network order.
    package let size: Int
    /// For people; may be empty.
    package let unit: String

    /// Its value; nil: the bytes don't reach that far.
    package func value(in bytes: some Collection<UInt8>) -> UInt64? {
        // It may have been read from a pin, which another version has written.
        guard offset >= 0, (1...8).contains(size), bytes.count - size >= offset else { return nil }
        return bytes.dropFirst(offset).prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
