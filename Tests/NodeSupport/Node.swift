import GRPC
import Glibc
import Host
import SystemPackage
import TestSupport

/// A node with a container runtime of its own, Debian's containerd, and pods made as the kubelet
/// makes them. All of its processes are in its cgroup, and end with the value.
package final class Node {
    package enum Driver: CaseIterable { case cgroupfs, systemd }

    package let cgroup: TemporaryCgroup
    package let directory: TemporaryDirectory
    private let path: [String: String]
    private var containerd: ChildProcess
    private var runtime: GRPCChannel

    package var endpoint: FilePath { directory.path.appending("cri.sock") }

    /// - Parameter binaries: a directory with another containerd than the one in PATH.
    package init(binaries: String? = nil) throws {
        cgroup = try TemporaryCgroup()
        directory = try TemporaryDirectory()
        let inherited = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        path = ["PATH": [binaries, inherited].compactMap { $0 }.joined(separator: ":")]
        containerd = try Self.start(directory.path, cgroup.placement(), path)
        let image = directory.path.appending("image.tar").string
        let socket = directory.path.appending("cri.sock")
        try Command.check([Self.script("image"), image])
        let load = [
            "ctr", "--address", socket.string, "--namespace", "k8s.io", "images", "import", image,
        ]
        let path = path
        guard
            try eventually(
                within: .seconds(20),
                { try Command.run(["env", "PATH=\(path["PATH"]!)"] + load).succeeded })
        else { throw TestSupportError("containerd doesn't come up at \(socket)") }
        runtime = try GRPCChannel(to: socket, timeout: .seconds(10))
    }

    private static func script(_ name: String) -> String {
        FilePath(#filePath).removingLastComponent().appending("Node").appending(name).string
    }

    private static func start(
        _ directory: FilePath, _ placement: Placement, _ path: [String: String]
    ) throws -> ChildProcess {
        try ChildProcess([script("containerd"), directory.string], placement, environment: path)
    }

    deinit {
        let kill = cgroup.path.appending("cgroup.kill")
        if let file = try? FileDescriptor.open(kill, .writeOnly) {
            _ = try? file.closeAfter { try file.writeAll("1".utf8) }
        }
        // A process that is on its way out isn't listed, and keeps its cgroup.
        let events = cgroup.path.appending("cgroup.events")
        _ = eventually(within: .seconds(20)) {
            let text = (try? Files.bytes(events, what: "")) ?? []
            return !String(decoding: text, as: UTF8.self).contains("populated 1")
        }
    }

    /// Makes the runtime deaf: connections wait.
    package func freeze() throws {
        try containerd.signal(SIGSTOP)
    }

    /// Kills the runtime, and starts it again: pods go on.
    package func restart() throws {
        try containerd.signal(SIGKILL)
        _ = try containerd.wait()
        containerd = try Self.start(directory.path, cgroup.placement(), path)
        guard eventually(within: .seconds(20), { (try? self.connect()) != nil }) else {
            throw TestSupportError("containerd doesn't come up again")
        }
    }

    private func connect() throws {
        runtime = try GRPCChannel(to: endpoint, timeout: .seconds(10))
        _ = try call("Version") { _ in }
    }

    package struct RunningPod: Sendable {
        package let sandbox: String
        package let container: String
        package let uid: String
        /// Below the cgroup2 mount.
        package let cgroup: String
        package let containerCgroup: String
    }

    /// Runs a pod with one container, `main`, on the node's network.
    package func run(
        _ name: String, namespace: String = "default", uid: String, qos: String = "burstable",
        driver: Driver = .cgroupfs, labels: [String: String] = [:],
        annotations: [String: String] = [:]
    ) throws -> RunningPod {
        let level = qos == "guaranteed" ? "" : qos
        let slice = ["kubepods", level].filter { !$0.isEmpty }.joined(separator: "-")
        let (parent, directory): (String, String)
        switch driver {
        case .cgroupfs:
            parent =
                "/"
                + ["kubepods", level, "pod" + uid].filter { !$0.isEmpty }.joined(separator: "/")
            directory = String(parent.dropFirst())
        case .systemd:
            parent = slice + "-pod" + String(uid.map { $0 == "-" ? "_" : $0 }) + ".slice"
            directory =
                ["kubepods.slice", level.isEmpty ? "" : slice + ".slice", parent]
                .filter { !$0.isEmpty }.joined(separator: "/")
        }
        func fill(config: inout ProtobufWriter) {
            config.add(1) {
                $0.add(1, name)
                $0.add(2, uid)
                $0.add(3, namespace)
            }
            config.add(3, self.directory.path.appending("logs/\(uid)").string)
            config.add(6, labels)
            config.add(7, annotations)
            config.add(8) {
                $0.add(1, parent)
                $0.add(2) { security in security.add(1) { $0.add(1, 2) } }
            }
        }
        let sandbox = try call("RunPodSandbox") { $0.add(1, fill) }
        let container = try call("CreateContainer") {
            $0.add(1, sandbox)
            $0.add(2) {
                $0.add(1) { $0.add(1, "main") }
                $0.add(2) { $0.add(1, "test.local/idle:1") }
                $0.add(11, "main.log")
                $0.add(15) { _ in }
            }
            $0.add(3, fill)
        }
        _ = try call("StartContainer") { $0.add(1, container) }
        let pod = cgroup.cgroup.name + "/" + directory
        return RunningPod(
            sandbox: sandbox, container: container, uid: uid, cgroup: pod,
            containerCgroup: pod + "/"
                + (driver == .systemd ? "cri-containerd-\(container).scope" : container))
    }

    /// Wakes it up again.
    package func thaw() throws {
        try containerd.signal(SIGCONT)
    }

    /// Ends a pod, and leaves its sandbox to be listed.
    package func stop(_ pod: RunningPod) throws {
        _ = try call("StopPodSandbox") { $0.add(1, pod.sandbox) }
    }

    /// The text in the answer's field 1, an id.
    private func call(
        _ method: String, _ fill: (inout ProtobufWriter) -> Void
    ) throws -> String {
        var request = ProtobufWriter()
        fill(&request)
        let answer = try runtime.call(
            "runtime.v1.RuntimeService/" + method, request, timeout: .seconds(20))
        var reader = ProtobufReader(answer[...])
        return try reader.next()?.value.text ?? ""
    }
}
