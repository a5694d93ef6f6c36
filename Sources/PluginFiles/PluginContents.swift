import Profiles
import SystemPackage

/// What is read from a plug-in's directory, none of which anybody but root can have written.
package struct PluginContents<Manifest: PluginManifest> {
    /// Absolute.
    package let directory: FilePath
    package let manifest: Manifest
    /// The manifest as it is in the file.
    package let text: [UInt8]
    /// The compiled file.
    package let object: [UInt8]

    /// - Parameter passed: called with what is in order, though the rest may not be, and what was seen.
    package init(
        _ path: FilePath, passed: (PluginPart, String) -> Void
    ) throws(PluginRefusal) {
        // A path's last part may be "." or "..".
        var name = path.lastComponent?.string ?? path.string
        var seen: [(part: PluginPart, what: String)] = []
        do throws(PluginRefusal) {
            let directory = try TrustedDirectory(path, for: Manifest.home)
            self.directory = directory.path
            name = directory.path.lastComponent?.string ?? name
            seen.append((.ownership, "\(directory.path) and what is above it is root's alone"))
            let file = directory.path.appending(Manifest.file)
            guard let text = try directory.read(Manifest.file, limit: DocumentFormat.maximumSize)
            else {
                throw PluginRefusal(
                    .manifest, "\(file) isn't there",
                    advice: "'\(Manifest.home.maker)' makes a plug-in")
            }
            self.text = text
            manifest = try Self.manifest(text, file, directory: name)
            seen.append((.manifest, manifest.summary))
            let object = try directory.read(manifest.object, limit: Manifest.maximumObjectSize)
            guard let object else {
                throw PluginRefusal(
                    .object, "\(directory.path.appending(manifest.object)) isn't there",
                    advice: "'\(Manifest.home.command) build \(directory.path)' makes it")
            }
            self.object = object
        } catch {
            // The ownership of a file may be what fails last: then nothing is in order.
            seen.prefix { $0.part != error.part }.forEach(passed)
            var error = error
            error.plugin = name
            throw error
        }
        seen.forEach(passed)
    }

    private static func manifest(
        _ bytes: [UInt8], _ file: FilePath, directory: String
    ) throws(PluginRefusal) -> Manifest {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginRefusal(.manifest, "\(file) is not text in UTF-8")
        }
        let manifest: Manifest
        do throws(ProfileError) { manifest = try Manifest(text, file: file.string) } catch {
            throw PluginRefusal(.manifest, "\(error)")
        }
        guard manifest.name == directory else {
            throw PluginRefusal(
                .manifest,
                "the directory is '\(directory)', and \(Manifest.file) has '\(manifest.name)'",
                advice: "all names of a plug-in are the same")
        }
        return manifest
    }
}
