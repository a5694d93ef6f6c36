import GRPC
import Host
import SystemPackage

/// A container runtime, asked over CRI v1 through its unix socket.
package struct ContainerRuntime: ~Copyable {
    /// Where runtimes listen unless told otherwise: containerd, CRI-O, k3s, k0s, cri-dockerd.
    package static let endpoints: [FilePath] = [
        "/run/containerd/containerd.sock", "/run/crio/crio.sock",
        "/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock", "/run/cri-dockerd.sock",
    ]

    /// Its name and version.
    package let name: String

    private let endpoint: FilePath
    private let timeout: Duration
    private var channel: GRPCChannel

    /// Connects, and asks for the version.
    ///
    /// - Parameter timeout: of each call.
    package init(at endpoint: FilePath, timeout: Duration) throws(GRPCError) {
        var channel = try GRPCChannel(to: endpoint, timeout: timeout)
        let answer: [UInt8]
        do throws(GRPCError) {
            answer = try channel.call(
                CRI.service + "/Version", ProtobufWriter(), timeout: timeout)
        } catch let error where error.code == .unimplemented {
            throw GRPCError(
                .unimplemented, on: endpoint.string,
                because: "it is no CRI v1 runtime, or its CRI is switched off (\(error.reason))")
        }
        let version = try Self.read(endpoint) { () throws(ProtobufError) in
            try CRI.Version(answer)
        }
        name = version.description
        self.endpoint = endpoint
        self.timeout = timeout
        self.channel = channel
    }

    /// Each pod once: with its newest sandbox, one that is ready before others.
    mutating func sandboxes() throws(GRPCError) -> [CRI.Sandbox] {
        var newest: [String: CRI.Sandbox] = [:]
        for item in try list("ListPodSandbox") {
            let sandbox = try Self.read(endpoint) { () throws(ProtobufError) in
                try CRI.Sandbox(item)
            }
            func rank(_ sandbox: CRI.Sandbox) -> (Int, UInt64, UInt64) {
                (sandbox.isReady ? 1 : 0, sandbox.attempt, sandbox.createdAt)
            }
            let key = sandbox.uid.isEmpty ? sandbox.id : sandbox.uid
            if let other = newest[key], rank(other) >= rank(sandbox) { continue }
            newest[key] = sandbox
        }
        return Array(newest.values)
    }

    /// By sandbox.
    mutating func containers() throws(GRPCError) -> [String: [Pod.Container]] {
        var containers: [String: [Pod.Container]] = [:]
        for item in try list("ListContainers") {
            let container = try Self.read(endpoint) { () throws(ProtobufError) in
                try CRI.Container(item)
            }
            containers[container.sandbox, default: []].append(
                Pod.Container(
                    id: container.id, name: container.name, isRunning: container.isRunning))
        }
        return containers.mapValues {
            $0.sorted { ($0.name ?? "", $0.id) < ($1.name ?? "", $1.id) }
        }
    }

    /// Nil where the runtime says nothing that is understood, or the sandbox is gone.
    mutating func info(of sandbox: String) throws(GRPCError) -> SandboxInfo? {
        var request = ProtobufWriter()
        request.add(1, sandbox)
        request.add(2, true)
        let answer: [UInt8]
        do throws(GRPCError) {
            answer = try channel.call(
                CRI.service + "/PodSandboxStatus", request, timeout: timeout)
        } catch let error where error.code == .notFound {
            return nil
        }
        return SandboxInfo(
            try Self.read(endpoint) { () throws(ProtobufError) in try CRI.info(answer) })
    }

    private mutating func list(_ method: String) throws(GRPCError) -> [ProtobufReader] {
        let answer = try channel.call(
            "\(CRI.service)/\(method)", ProtobufWriter(), timeout: timeout)
        return try Self.read(endpoint) { () throws(ProtobufError) in try CRI.items(answer) }
    }

    private static func read<Message>(
        _ endpoint: FilePath, _ body: () throws(ProtobufError) -> Message
    ) throws(GRPCError) -> Message {
        do throws(ProtobufError) {
            return try body()
        } catch {
            throw GRPCError(
                .malformed, on: endpoint.string, because: "its answer isn't valid: \(error.reason)")
        }
    }
}
