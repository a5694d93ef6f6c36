import ArgumentParser
import Host
import SystemPackage
import Workshop

struct CheckController: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Try a plug-in.")

    @Argument(help: "The plug-in's directory.")
    var path: String

    func run() throws {
        let name = FilePath(path).lastComponent?.string ?? ""
        let file = try FileDescriptor.open(FilePath(path).appending("\(name).bpf.o"), .readOnly)
        let size = Int(try file.seek(offset: 0, from: .end))
        let elf = try [UInt8](unsafeUninitializedCapacity: size) { space, count in
            count = try file.read(
                fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(space))
        }
        for outcome in try SmokeRun(name, object: elf).run(Interruption()) {
            Console.write("\(outcome)\n")
        }
    }
}
