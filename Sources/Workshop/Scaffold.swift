import Glibc
import Host
import Profiles
import SystemPackage

/// A new plug-in: a directory with a manifest, a small source that works, and how to go on.
package struct Scaffold {
    package let name: String
    private let kind: PluginKind
    private let parent: FilePath

    private static let what = "cannot make the plug-in"

    /// - Parameter taken: names of others of the kind.
    package init(
        _ name: String, _ kind: PluginKind = .controller, in parent: FilePath, taken: Set<String>
    ) throws(WorkshopError) {
        let problem =
            taken.contains(name)
            ? "there is a \(kind.noun) of this name" : kind.problem(withName: name)
        if let problem {
            throw WorkshopError(
                .invalid, Self.what, on: "'\(name)'", because: problem,
                advice: "choose another name, such as \(kind.exampleName)")
        }
        self.name = name
        self.kind = kind
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
                try AtomicFile.write(Array(text.utf8), to: directory.appending(file))
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
        let texts = kind.texts
        return [
            (texts.manifestName, texts.manifest), ("\(name).bpf.c", texts.source),
            ("README.md", texts.readme),
        ].map { file, text in
            (
                file,
                text.replacing("NAME", with: name).replacing("EXID", with: exid)
            )
        }
    }

    /// One that other plug-ins hardly have: of the name's hash.
    private var exid: String {
        let hash = HeaderOption.identity(of: name)
        var exid = UInt16(truncatingIfNeeded: hash ^ hash >> 16)
        while ReservedOptions.owner(ofExID: exid) != nil { exid &+= 1 }
        return HeaderOption.RawIdentifier.exid(exid).description
    }
}
