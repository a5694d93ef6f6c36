import ArgumentParser
import HeaderOptions

struct HeaderOptionBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Compile a plug-in.",
        discussion: """
            Takes any clang from 14 on that can compile for BPF. tcptune brings all headers that an \
            option needs. An object that is there already stays when the source doesn't compile.
            """)

    @OptionGroup var build: BuildOptions

    func run() throws {
        let manifest = try OptionManifest(in: build.directory)
        try build.build(manifest.source, to: manifest.object, for: .option)
    }
}
