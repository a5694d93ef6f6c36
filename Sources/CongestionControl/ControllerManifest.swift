import Profiles
import SystemPackage

/// What a plug-in's `cc.yaml` says.
package struct ControllerManifest {
    let name: String
    let description: String
    /// File names within the plug-in's directory.
    package let source, object: String

    static let file = "cc.yaml"

    private static let format = DocumentFormat(
        kind: "CongestionController",
        keys: [
            Shape.Key(
                name: "metadata", shape: .mapping(metadata), isRequired: true,
                summary: "What the controller is."),
            Shape.Key(
                name: "spec", shape: .mapping(spec), summary: "Its files, where not the usual ones."
            ),
        ])

    private static let metadata = Shape.Keys(keys: [
        Shape.Key(
            name: "name", shape: .text(.controllerName), isRequired: true,
            summary: "The controller's name, which is the directory's too."),
        Shape.Key(
            name: "description", shape: .text(.description), summary: "One sentence for lists."),
    ])

    private static let spec = Shape.Keys(keys: [
        Shape.Key(
            name: "source", shape: .text(.description), summary: "The file of BPF C: NAME.bpf.c."),
        Shape.Key(
            name: "object", shape: .text(.description), summary: "The compiled file: NAME.bpf.o."),
    ])

    /// A plug-in's, wherever it is and whoever can write to it: for building it.
    package init(in directory: FilePath) throws(ProfileError) {
        let advice = "make a plug-in with `tcptune cc new NAME`"
        if let stat = try? Stat(directory), stat.type != .directory {
            throw ProfileError(
                .unreadable, file: directory.string, problem: "is no directory",
                expected: "give a plug-in's, or \(advice)")
        }
        let file = directory.appending(Self.file).string
        try self.init(DocumentFormat.text(of: file, orElse: advice), file: file)
    }

    /// - Parameter file: what to call it in messages.
    init(_ text: String, file: String) throws(ProfileError) {
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
