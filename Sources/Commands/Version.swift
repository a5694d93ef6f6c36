import ArgumentParser
import CTcptuneABI
import Host

enum Version {
    static let text = "0.1.0"
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Show the version, of this binary and its kernel state.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let kernel = try? Kernel().release().text
        output.print(
            json: .object([
                "version": .string(Version.text), "abi": .integer(Int(TT_ABI_VERSION)),
                "kernel": kernel.map { .string($0) } ?? .null,
            ])
        ) {
            "tcptune \(Version.text), state version \(TT_ABI_VERSION), Linux \(kernel ?? "?")\n"
        }
    }
}
