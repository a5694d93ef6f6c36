import Foundation
import PackagePlugin

/// Writes the ready profiles or scenarios into a Swift file of the target, so that the binary holds
/// them.
@main
struct EmbedYAML: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let isProfiles = target.name == "Profiles"
        let type = isProfiles ? "EmbeddedProfiles" : "EmbeddedScenarios"
        let root = context.package.directoryURL
        let script = root.appending(path: "Plugins/EmbedYAML/embed.sh")
        let directory = root.appending(path: isProfiles ? "profiles" : "benchmarks/scenarios")
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "yaml" }
        .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "\(type).swift")
        // The directory changes when a file comes or goes, a file when it is edited.
        return [
            .buildCommand(
                displayName: "Embedding \(directory.lastPathComponent)",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path, directory.path, type],
                inputFiles: [script, directory] + files,
                outputFiles: [output])
        ]
    }
}
