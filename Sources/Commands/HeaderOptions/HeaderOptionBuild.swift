import ArgumentParser
import HeaderOptions
import SystemPackage
import Workshop

struct HeaderOptionBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Compile a plug-in.",
        discussion: """
            Takes any clang from 14 on that can compile for BPF. tcptune brings all headers that an \
            option needs. An object that is there already stays when the source doesn't compile.
            """)

    @Argument(help: "The plug-in's directory.")
    var path: String

    @Option(help: "The compiler: a path, or a name in PATH.")
    var clang: String?

    @Option(help: ArgumentHelp("Where the object is written instead.", valueName: "file"))
    var output: String?

    func run() throws {
        let directory = FilePath(path)
        let manifest = try OptionManifest(in: directory)
        let object = output.map { FilePath($0) } ?? directory.appending(manifest.object)
        let clang = try Clang.find(clang, in: Clang.searchPath)
        let size = try Compiler(clang, for: .option).build(
            directory.appending(manifest.source), to: object)
        Console.error("\(object): \(size) bytes, by \(clang.path) (clang \(clang.version))")
    }
}
