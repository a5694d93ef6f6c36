import CongestionControl
import HeaderOptions
import Profiles

/// What a plug-in is.
package enum PluginKind: Sendable {
    case controller
    case option

    /// What messages call one.
    package var noun: String {
        switch self {
        case .controller: "controller"
        case .option: "header option"
        }
    }

    var exampleName: String {
        switch self {
        case .controller: "my_reno"
        case .option: "queue-depth"
        }
    }

    /// The files of a new one.
    struct Texts {
        let manifestName, manifest, source, readme: String
    }

    var texts: Texts {
        switch self {
        case .controller:
            Texts(
                manifestName: ControllerManifest.file, manifest: Scaffold.manifest,
                source: Scaffold.source,
                readme: Scaffold.readme)
        case .option:
            Texts(
                manifestName: OptionManifest.file, manifest: Scaffold.optionManifest,
                source: Scaffold.optionSource, readme: Scaffold.optionReadme)
        }
    }

    /// Why none can have this name; nil: one can.
    func problem(withName name: String) -> String? {
        switch self {
        case .controller:
            guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil,
                !Self.keywords.contains(name)
            else { return "a controller's name is an identifier of C" }
            let longest = CongestionControlChoice.maximumNameLength
            return name.utf8.count > longest ? "the kernel allows \(longest) characters" : nil
        case .option:
            return name.wholeMatch(of: /[a-z][-a-z0-9]{0,30}/) == nil
                ? "a header option's name is of a-z, 0-9 and '-', at most 31 characters, "
                    + "the first a letter" : nil
        }
    }

    /// C's, and what the headers define in small letters.
    private static let keywords: Set<String> = [
        "asm", "auto", "bool", "break", "case", "char", "const", "continue", "default", "do",
        "double", "else", "enum", "extern", "false", "float", "for", "goto", "if", "inline", "int",
        "long", "max", "min", "register", "restrict", "return", "s32", "s64", "short", "signed",
        "sizeof", "static", "struct", "switch", "true", "typedef", "typeof", "u16", "u32", "u64",
        "u8", "union", "unsigned", "void", "volatile", "while",
    ]
}
