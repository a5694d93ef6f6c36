import CShim
import Glibc
import Host
import SystemPackage

/// Runs iproute2's programs on a host.
enum SystemCommand {
    /// Its standard output; throws with its standard error when it fails.
    @discardableResult
    static func run(
        _ arguments: [String], in namespace: NetworkNamespace, input: [String] = []
    ) throws(EmulatorError) -> String {
        let command = arguments.joined(separator: " ")
        let source = try memoryFile()
        let output = try memoryFile()
        let errors = try memoryFile()
        try write(input.map { $0 + "\n" }.joined(), to: source.raw, for: command)
        let stdio = [source.raw.rawValue, output.raw.rawValue, errors.raw.rawValue]
        let pid = namespace.withDescriptor { descriptor in
            var placement = cshim_placement(cgroup_fd: -1, netns_fd: descriptor.rawValue)
            let argv = arguments.map { strdup($0) } + [nil]
            defer { for argument in argv { free(argument) } }
            return cshim_spawn_in(&placement, argv, environ, stdio)
        }
        try check(
            pid, "cannot run", on: arguments[0],
            advice: pid == -ENOENT ? "install iproute2" : nil)
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else {
            let words = try contents(errors.raw, of: command)
            throw EmulatorError(
                .command, "cannot set up the network", on: command,
                because: words.split(separator: "\n").first.map(String.init))
        }
        return try contents(output.raw, of: command)
    }

    private static func memoryFile() throws(EmulatorError) -> OwnedDescriptor {
        OwnedDescriptor(
            FileDescriptor(
                rawValue: try check(cshim_memory_file(), "cannot make a file", on: "memory")))
    }

    private static func write(
        _ text: String, to file: FileDescriptor, for command: String
    ) throws(EmulatorError) {
        try failing(command) {
            try file.writeAll(Array(text.utf8))
            try file.seek(offset: 0, from: .start)
        }
    }

    private static func contents(
        _ file: FileDescriptor, of command: String
    ) throws(EmulatorError) -> String {
        try failing(command) {
            let size = Int(try file.seek(offset: 0, from: .end))
            let bytes = try [UInt8](unsafeUninitializedCapacity: size) { space, count in
                count = try file.read(
                    fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(space))
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func failing<Result>(
        _ command: String, _ body: () throws -> Result
    ) throws(EmulatorError) -> Result {
        do {
            return try body()
        } catch {
            throw EmulatorError(
                .io, "cannot talk to", on: command, because: "\(error)")
        }
    }
}
