import Foundation
import PackagePlugin

/// Compiles every `.bpf.c` below the target's folder and embeds the objects in the target as
/// `BPFPrograms.all`.
@main
struct EmbedBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        guard let folder = (target as? SourceModuleTarget)?.directoryURL else { return [] }
        let bpf = context.package.directoryURL.appending(path: "bpf")
        let script = context.package.directoryURL.appending(path: "Plugins/EmbedBPF/embed.sh")
        let shell = URL(filePath: "/bin/sh")
        let clang = try context.tool(named: "clang").url
        let output = context.pluginWorkDirectoryURL

        let sources = files(below: folder, suffix: ".bpf.c")
        let names = sources.map { String($0.lastPathComponent.dropLast(".bpf.c".count)) }
        try check(names, of: target)

        let index = output.appending(path: "BPFPrograms+all.swift")
        var commands: [Command] = [
            .buildCommand(
                displayName: "Listing BPF programs of \(target.name)", executable: shell,
                arguments: [script.path, "index", index.path] + names, inputFiles: [script],
                outputFiles: [index])
        ]
        let includes = ["include", "abi/include"].map { bpf.appending(path: $0).path }
        // The target's own too; of BPFPrograms they are the same.
        let headers = Set([bpf, folder].flatMap { files(below: $0, suffix: ".h") })
            .sorted { $0.path < $1.path }
        for (source, name) in zip(sources, names) {
            let swift = output.appending(path: "BPFPrograms+\(name).swift")
            commands.append(
                .buildCommand(
                    displayName: "Compiling \(source.lastPathComponent)", executable: shell,
                    arguments: [script.path, "object", swift.path, name, source.path, clang.path]
                        + includes,
                    inputFiles: [script, source] + headers, outputFiles: [swift]))
        }
        return commands
    }

    /// The names become members of `BPFPrograms` and files of their own.
    private func check(_ names: [String], of target: Target) throws {
        guard Set(names).count == names.count else {
            throw Failure(description: "two .bpf.c files of \(target.name) have the same name")
        }
        for name in names where name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil {
            throw Failure(description: "\(name).bpf.c: the name has to be an identifier")
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// In a stable order, so that the same tree always gives the same commands.
    private func files(below folder: URL, suffix: String) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? [])
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }
}
