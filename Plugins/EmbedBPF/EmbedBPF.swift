import Foundation
import PackagePlugin

/// Compiles every `.bpf.c` below the target's folder and embeds the objects in the target as
/// `BPFPrograms.all`.
@main
struct EmbedBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        guard let target = target as? SourceModuleTarget else { return [] }
        let package = context.package.directoryURL
        let output = context.pluginWorkDirectoryURL
        let bpf = package.appending(path: "bpf")
        let script = package.appending(path: "Plugins/EmbedBPF/embed.sh")
        let shell = URL(filePath: "/bin/sh")
        let clang = try context.tool(named: "clang").url

        let objects = try files(below: target.directoryURL, suffix: ".bpf.c")
        let headers = try files(below: bpf, suffix: ".h") + files(
            below: target.directoryURL, suffix: ".h")
        let names = objects.map { String($0.lastPathComponent.dropLast(".bpf.c".count)) }
        guard Set(names).count == names.count else {
            throw Failure(description: "two .bpf.c files of \(target.name) have the same name")
        }
        if let bad = names.first(where: { !isIdentifier($0) }) {
            throw Failure(description: "\(bad).bpf.c: the name has to be an identifier")
        }

        let index = output.appending(path: "BPFPrograms+all.swift")
        var commands: [Command] = [
            .buildCommand(
                displayName: "Listing BPF programs of \(target.name)", executable: shell,
                arguments: [script.path, "index", index.path] + names, inputFiles: [script],
                outputFiles: [index])
        ]
        for (source, name) in zip(objects, names) {
            let swift = output.appending(path: "BPFPrograms+\(name).swift")
            commands.append(
                .buildCommand(
                    displayName: "Compiling \(source.lastPathComponent)", executable: shell,
                    arguments: [script.path, "object", swift.path, name, source.path, clang.path]
                        + [bpf.appending(path: "include").path, bpf.appending(path: "abi/include").path],
                    inputFiles: [script, source] + headers, outputFiles: [swift]))
        }
        return commands
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// In a stable order, so that the same tree always gives the same commands.
    private func files(below directory: URL, suffix: String) throws -> [URL] {
        let all = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? [])
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }

    private func isIdentifier(_ name: String) -> Bool {
        name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    }
}
