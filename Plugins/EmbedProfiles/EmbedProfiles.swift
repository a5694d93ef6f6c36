import Foundation
import PackagePlugin

/// Writes the ready profiles into a Swift file of the target, so that the binary holds them.
@main
struct EmbedProfiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let root = context.package.directoryURL
        let script = root.appending(path: "Plugins/EmbedProfiles/embed.sh")
        let directory = root.appending(path: "profiles")
        let profiles = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "yaml" }
        .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedProfiles.swift")
        // The directory changes when a file comes or goes, a file when it is edited.
        return [
            .buildCommand(
                displayName: "Embedding profiles",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path, directory.path],
                inputFiles: [script, directory] + profiles,
                outputFiles: [output])
        ]
    }
}
