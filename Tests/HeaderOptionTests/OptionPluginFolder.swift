import Glibc
import HeaderOptions
import Profiles
import SystemPackage
import Telemetry
import TestSupport
import Testing
import Tuner
import Workshop

/// A directory of plug-ins where only root can write, up to `/`, and the rig's tuner as it finds them.
final class OptionPluginFolder {
    let tuner: Tuner
    private let directory: TemporaryDirectory

    var path: FilePath { directory.path }

    init() throws {
        try KernelTest.require("clang")
        directory = try TemporaryDirectory(below: "/run")
        tuner = try Tuner(
            stateDirectory: "/sys/fs/bpf/tcptune-header-\(getpid())",
            optionDirectories: [directory.path.string])
    }

    /// As `tcptune option new` makes it.
    func scaffold(_ name: String) throws {
        try Scaffold(name, .option, in: path, taken: []).make()
        try build(name)
    }

    /// One that always says the same, and declares a field of all of it.
    func add(_ name: String, exid: UInt16 = 0xB001, saying value: [UInt8]) throws {
        let bytes = value.enumerated().map { "value[\($0)] = \($1);" }.joined(separator: " ")
        try add(name, exid: exid, length: value.count, write: "\(bytes) return \(value.count);")
    }

    func add(
        _ name: String, exid: UInt16 = 0xB001, length: Int, write: String,
        parse: String = "return tcptune_keep(said, value, length);"
    ) throws {
        try directory.write(
            """
            apiVersion: tcptune.dev/v1
            kind: HeaderOption
            metadata: { name: \(name) }
            spec:
              exid: \(exid)
              length: \(length)
              fields: [{ name: all, offset: 0, size: \(min(length, 8)) }]

            """, to: "\(name)/option.yaml")
        try directory.write(
            """
            #include <tcptune/option.h>

            TCPTUNE_WRITE(const struct tcp_sock *tp, u8 *value)
            {
                \(write)
            }

            TCPTUNE_PARSE(const struct tcp_sock *tp, const u8 *value, u32 length, u8 *said)
            {
                \(parse)
            }

            TCPTUNE_OPTION;

            """, to: "\(name)/\(name).bpf.c")
        try build(name)
    }

    func build(_ name: String) throws {
        let plugin = path.appending(name)
        try Compiler(try Clang.find(in: Clang.searchPath), for: .option)
            .build(plugin.appending("\(name).bpf.c"), to: plugin.appending("\(name).bpf.o"))
    }

    /// Both ends with the same options.
    func apply(_ options: [HeaderOption], to rig: HeaderRig) throws {
        for target in [rig.clientTarget, rig.serverTarget] {
            try tuner.apply(Profile(name: "plugins", headerOptions: options), to: [target])
        }
    }

    /// What the other end of a socket said last, by option; nil: it isn't a tuned one.
    func said(to socket: TCPConnection) throws -> [String: UInt64]? {
        let cookie = try socket.cookie()
        var found: [String: UInt64]?
        try Telemetry(tuner).forEachConnectionInDetail(of: try tuner.attachments()) { detail in
            guard detail.connection.cookie == cookie else { return }
            found = [:]
            for value in detail.optionValues { found?[value.option] = value.fields.first?.value }
        }
        return found
    }

    /// Pins of plug-ins' programs.
    func pins() throws -> [String] {
        let output = try Command.run([
            "find", "/sys/fs/bpf/tcptune-header-\(getpid())", "-name", "options-*",
        ])
        return output.standardOutput.split(separator: "\n").map(String.init)
    }
}

extension HeaderOption {
    static func plugin(
        _ name: String, on segments: Set<Segment> = [.data], every cadence: Cadence = .roundTrip
    ) -> HeaderOption {
        HeaderOption(.plugin(name: name, on: segments, every: cadence))
    }
}

extension [TCPSegment] {
    /// The values of the options with an ExID, in order.
    func values(_ exid: UInt16) -> [[UInt8]] {
        flatMap(\.headerOptions).compactMap {
            if case .experiment(exid, let value) = $0 { value } else { nil }
        }
    }
}
