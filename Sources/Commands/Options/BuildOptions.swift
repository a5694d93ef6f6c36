import ArgumentParser
import SystemPackage
import Workshop

/// How a plug-in's source is compiled; the same for controllers and header options.
struct BuildOptions: ParsableArguments {
    @Argument(help: "The plug-in's directory.")
    var path: String

    @Option(help: "The compiler: a path, or a name in PATH.")
    var clang: String?

    @Option(help: ArgumentHelp("Where the object is written instead.", valueName: "file"))
    var output: String?

    var directory: FilePath { FilePath(path) }

    /// - Parameter source: a file in the directory; so is the object.
    func build(_ source: String, to object: String, for kind: PluginKind) throws {
        let object = output.map { FilePath($0) } ?? directory.appending(object)
        let clang = try Clang.find(clang, in: Clang.searchPath)
        let size = try Compiler(clang, for: kind).build(directory.appending(source), to: object)
        Console.error("\(object): \(size) bytes, by \(clang.path) (clang \(clang.version))")
    }
}
