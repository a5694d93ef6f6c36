import Glibc
import SystemPackage

@testable import GRPC
@testable import Pods

extension Parser {
    /// What a container runtime answers.
    static let runtime = [
        Parser("hpack") { bytes in
            var decoder = HeaderDecoder()
            for block in bytes.split(separator: 0xff) {
                guard let fields = try? decoder.decode(Array(block)) else { return }
                _ = fields.reduce(0) { $0 + $1.size }
            }
        },
        Parser("huffman") { bytes in _ = try? HuffmanCode.hpack.decode(bytes[...]) },
        Parser("http2", 16384) { bytes in server.answer(bytes) },
        Parser("cri") { bytes in
            _ = try? CRI.Version(bytes)
            for item in (try? CRI.items(bytes)) ?? [] {
                _ = try? CRI.Sandbox(item)
                _ = try? CRI.Container(item)
            }
            if let info = try? CRI.info(bytes) { _ = SandboxInfo(info) }
        },
        Parser(text: "sandbox-info") { text in _ = SandboxInfo(["info": text])?.podDirectory },
    ]

    private static let server = Server()
}

/// The other end of a call: says what it is told to, whatever it is asked.
private struct Server: Sendable {
    private let path: FilePath
    private let listener: CInt

    init() {
        path = FilePath("/dev/shm/tcptune-fuzz-\(getpid()).sock")
        listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(listener, 16) == 0 else { fatalError("cannot listen at \(path)") }
        atexit { _ = unlink("/dev/shm/tcptune-fuzz-\(getpid()).sock") }
    }

    func answer(_ bytes: [UInt8]) {
        guard var channel = try? GRPCChannel(to: path, timeout: .seconds(5)) else {
            fatalError("cannot connect to \(path)")
        }
        let connection = accept(listener, nil, nil)
        // Larger ones don't fit into the socket's buffer, and nobody else would empty it.
        let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
        let text = settings + bytes.prefix(100_000)
        _ = text.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
        shutdown(connection, CInt(SHUT_WR))
        // Nobody reads what it sends: once that doesn't fit any more, it would wait.
        _ = try? channel.call("s/m", ProtobufWriter(), timeout: .milliseconds(20))
        close(connection)
    }
}
