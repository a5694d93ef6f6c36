import PluginFiles
import Profiles

/// What a plug-in's `cc.yaml` says.
package struct ControllerManifest: PluginManifest {
    package let name: String
    package let description: String
    /// File names within the plug-in's directory.
    package let source, object: String

    package static let file = "cc.yaml"
    package static let home = PluginHome(
        ControllerPlugin.defaultDirectories[0], command: "tcptune cc")
    /// Controllers have some ten thousand.
    package static let maximumObjectSize = 16 << 20

    private static let format = DocumentFormat(
        kind: "CongestionController",
        keys: [
            metadata(of: "controller", name: .controllerName),
            Shape.Key(
                name: "spec", shape: .mapping(spec), summary: "Its files, where not the usual ones."
            ),
        ])

    private static let spec = Shape.Keys(keys: [
        Shape.Key(
            name: "source", shape: .text(.description), summary: "The file of BPF C: NAME.bpf.c."),
        Shape.Key(
            name: "object", shape: .text(.description), summary: "The compiled file: NAME.bpf.o."),
    ])

    package init(_ text: String, file: String) throws(ProfileError) {
        let (value, problems) = try Self.format.read(text, file: file)
        var diagnostics = problems
        let name = value?["metadata"]?["name"]?.text ?? ""
        let spec = value?["spec"]
        for key in ["source", "object"] {
            guard let given = spec?[key], let text = given.text, !Self.isFileName(text) else {
                continue
            }
            diagnostics.append(
                given.location.diagnostic(
                    "spec.\(key) is no file's name", expected: "one within the directory"))
        }
        guard diagnostics.isEmpty else {
            throw ProfileError(invalid: file, diagnostics: DocumentFormat.arranged(diagnostics))
        }
        self.name = name
        description = value?["metadata"]?["description"]?.text ?? ""
        source = spec?["source"]?.text ?? "\(name).bpf.c"
        object = spec?["object"]?.text ?? "\(name).bpf.o"
    }

    private static func isFileName(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && !text.contains("/")
    }
}
