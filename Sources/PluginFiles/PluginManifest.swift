import Profiles
import SystemPackage

/// What the YAML document in a plug-in's directory says of it.
package protocol PluginManifest {
    /// The document's name in the directory.
    static var file: String { get }
    static var home: PluginHome { get }
    /// In bytes.
    static var maximumObjectSize: Int { get }

    /// The plug-in's, which is the directory's too.
    var name: String { get }
    var description: String { get }
    /// The compiled file's name in the directory.
    var object: String { get }

    /// - Parameter file: what to call it in messages.
    init(_ text: String, file: String) throws(ProfileError)
}

extension PluginManifest {
    /// One line for lists.
    package var summary: String { description.isEmpty ? name : description }

    /// A plug-in's, wherever it is and whoever can write to it: for building it.
    package init(in directory: FilePath) throws(ProfileError) {
        let advice = "make a plug-in with `\(Self.home.maker)`"
        if let stat = try? Stat(directory), stat.type != .directory {
            throw ProfileError(
                .unreadable, file: directory.string, problem: "is no directory",
                expected: "give a plug-in's, or \(advice)")
        }
        let file = directory.appending(Self.file).string
        try self.init(DocumentFormat.text(of: file, orElse: advice), file: file)
    }

    /// The document's `metadata`.
    ///
    /// - Parameter what: the plug-in, as in "The controller's name".
    package static func metadata(of what: String, name: Shape.TextRule) -> Shape.Key {
        let keys = Shape.Keys(keys: [
            Shape.Key(
                name: "name", shape: .text(name), isRequired: true,
                summary: "The \(what)'s name, which is the directory's too."),
            Shape.Key(
                name: "description", shape: .text(.description), summary: "One sentence for lists."),
        ])
        return Shape.Key(
            name: "metadata", shape: .mapping(keys), isRequired: true,
            summary: "What the \(what) is.")
    }
}
