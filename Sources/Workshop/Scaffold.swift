import Glibc
import Host
import Profiles
import SystemPackage

/// A new plug-in: a directory with a manifest, a small controller that works, and how to go on.
package struct Scaffold {
    package let name: String
    private let parent: FilePath

    private static let what = "cannot make the plug-in"

    /// - Parameter taken: names of other controllers.
    package init(
        _ name: String, in parent: FilePath, taken: Set<String>
    ) throws(WorkshopError) {
        func refuse(_ reason: String) -> WorkshopError {
            WorkshopError(
                .invalid, Self.what, on: "'\(name)'", because: reason,
                advice: "choose another name, such as my_reno")
        }
        guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil, !Self.keywords.contains(name)
        else { throw refuse("a controller's name is an identifier of C") }
        let longest = CongestionControlChoice.maximumNameLength
        guard name.utf8.count <= longest else {
            throw refuse("the kernel allows \(longest) characters")
        }
        guard !taken.contains(name) else { throw refuse("there is a controller of this name") }
        self.name = name
        self.parent = parent
    }

    /// The plug-in's directory.
    package var directory: FilePath { parent.appending(name) }

    /// Makes it, or nothing.
    package func make() throws(WorkshopError) {
        guard directory.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
            let failure = Errno(rawValue: errno)
            guard failure != .fileExists else {
                throw WorkshopError(
                    .invalid, Self.what, on: directory.string, because: "it is there already",
                    advice: "choose another name, or remove it")
            }
            throw WorkshopError(failure, Self.what, on: directory.string)
        }
        do throws(HostError) {
            // Whatever the umask: plug-ins that others can write to are refused, and so are those
            // that can't be read.
            directory.withPlatformString { _ = chmod($0, 0o755) }
            for (file, text) in files {
                try AtomicFile.write(
                    Array(text.replacing("NAME", with: name).utf8), to: directory.appending(file))
            }
        } catch {
            for (file, _) in files {
                directory.appending(file).withPlatformString { _ = unlink($0) }
            }
            directory.withPlatformString { _ = rmdir($0) }
            throw WorkshopError(error)
        }
    }

    private var files: [(name: String, text: String)] {
        [
            ("cc.yaml", Self.manifest), ("\(name).bpf.c", Self.source), ("README.md", Self.readme),
        ]
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
