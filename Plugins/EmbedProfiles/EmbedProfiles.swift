import Foundation
import PackagePlugin

/// Writes the ready profiles into a Swift file of the target, so that the binary holds them.
@main
struct EmbedProfiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let root = context.package.directoryURL
        let script = root.appending(path: "Plugins/EmbedProfiles/embed.sh")
        let profiles = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: "profiles"), includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "yaml" }
        .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedProfiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(profiles.count) profiles",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path] + profiles.map(\.path),
                inputFiles: [script] + profiles,
                outputFiles: [output])
        ]
    }
}
