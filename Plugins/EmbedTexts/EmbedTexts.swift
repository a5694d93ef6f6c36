import Foundation
import PackagePlugin

/// Writes text files into a Swift file of the target, so that the binary holds them: the ready
/// profiles, the scenarios, or the headers that controllers are built with.
@main
struct EmbedTexts: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let root = context.package.directoryURL
        let script = root.appending(path: "Plugins/EmbedTexts/embed.sh")
        let (type, directory, suffix) =
            switch target.name {
            case "Profiles": ("EmbeddedProfiles", "profiles", ".yaml")
            case "Workshop": ("EmbeddedHeaders", "bpf/include/tcptune", ".h")
            default: ("EmbeddedScenarios", "benchmarks/scenarios", ".yaml")
            }
        let others = target.name == "Workshop" ? Self.libbpfHeaders : []
        let folder = root.appending(path: directory)
        let files =
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path } + others
        let output = context.pluginWorkDirectoryURL.appending(path: "\(type).swift")
        // The directory changes when a file comes or goes, a file when it is edited.
        return [
            .buildCommand(
                displayName: "Embedding \(directory)", executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path, type, suffix] + files.map(\.path),
                inputFiles: [script, folder] + files, outputFiles: [output])
        ]
    }

    /// What tcptune's headers include, all of it.
    private static let libbpfHeaders = ["helpers", "helper_defs", "core_read", "tracing", "endian"]
        .map { URL(filePath: "/usr/include/bpf/bpf_\($0).h") }
}
