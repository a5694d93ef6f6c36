import Foundation
import Glibc
import Host
import NodeSupport
import SystemPackage
import TestSupport

/// The BPF objects in Programs; a build plugin adds them.
package enum BPFPrograms {}

/// A node without a container runtime: a cgroup hierarchy, a BPF file system and logs of pods of its
/// own, with directories of pods as the kubelet makes them.
final class AgentNode {
    let cgroup: TemporaryCgroup
    let directory: TemporaryDirectory
    private let holder: ChildProcess

    init() throws {
        cgroup = try TemporaryCgroup()
        directory = try TemporaryDirectory()
        let script = """
            umount -R -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
            mount -t bpf bpf /sys/fs/bpf && mkdir -p /var/log/pods "$0/logs" &&
            mount --bind "$0/logs" /var/log/pods && echo ready && exec sleep 600
            """
        holder = try ChildProcess(
            [
                "unshare", "--mount", "--cgroup", "--propagation", "private", "sh", "-c", script,
                directory.path.string,
            ], cgroup.placement())
        guard try eventually({ try holder.standardOutput().contains("ready") }) else {
            throw TestSupportError("the node's namespaces can't be made")
        }
    }

    /// A command on the node.
    func command(_ arguments: [String]) -> [String] {
        let namespaces = "/proc/\(holder.pid)/ns/"
        return ["nsenter", "--mount=\(namespaces)mnt", "--cgroup=\(namespaces)cgroup"] + arguments
    }

    @discardableResult
    func tcptune(_ arguments: String...) throws -> String {
        try Command.check(command([try TestBinary.path()] + arguments))
    }

    /// Makes a pod's directories; returns where, below the node's root.
    @discardableResult
    func makePod(_ number: Int, name: String? = nil, namespace: String = "shop") throws -> String {
        let uid = Self.uid(number)
        if let name { try directory.write("", to: "logs/\(namespace)_\(name)_\(uid)/0.log") }
        let pod = "kubepods/burstable/pod\(uid)"
        for path in ["kubepods", "kubepods/burstable", pod, pod + "/" + Self.container] {
            let result = cgroup.path.pushing(FilePath(path)).withPlatformString { mkdir($0, 0o755) }
            guard result == 0 || errno == EEXIST else { throw TestSupportError("mkdir \(path)") }
        }
        return pod
    }

    func removePod(_ number: Int) throws {
        let pod = path(ofPod: number)
        for path in [pod.appending(Self.container), pod] {
            guard path.withPlatformString({ rmdir($0) }) == 0 else {
                throw TestSupportError("rmdir \(path): \(errno)")
            }
        }
    }

    func path(ofPod number: Int) -> FilePath {
        cgroup.path.appending(
            "kubepods/burstable/pod\(Self.uid(number))".split(separator: "/").map {
                FilePath.Component(String($0))!
            })
    }

    static func uid(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "0a1b2c3d-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count)
            + digits
    }

    static let container = String(repeating: "ab", count: 32)

    /// Writes the configuration.
    func configure(_ policies: String, _ more: String = "") throws {
        try directory.write(
            """
            apiVersion: tcptune.dev/v1
            kind: Agent
            policies:
            \(policies)
            export: { file: "\(file)", interval: 1s }
            resync: 1s
            runtime: { endpoints: [/no/such/socket], timeout: 200ms }
            \(more)
            """, to: "agent.yaml")
    }

    /// Writes a profile; returns its path.
    func writeProfile(_ name: String, controller: String) throws -> String {
        try directory.write(
            """
            apiVersion: tcptune.dev/v1
            kind: Profile
            metadata: { name: \(name) }
            spec: { congestionControl: { algorithm: \(controller) } }
            """, to: "\(name).yaml"
        ).string
    }

    private var file: String { directory.path.appending("tcptune.prom").string }

    /// The metrics as they were last written.
    func metrics() -> String {
        String(decoding: (try? Files.bytes(FilePath(file), what: "")) ?? [], as: UTF8.self)
    }

    /// Starts the agent, and waits until it has made its first pass.
    func agent(_ arguments: String...) throws -> ChildProcess {
        FilePath(file).withPlatformString { _ = unlink($0) }
        let agent = try ChildProcess(
            command(
                [
                    try TestBinary.path(), "agent", "--config",
                    directory.path.appending("agent.yaml").string,
                ]
                    + arguments))
        guard eventually(within: .seconds(20), { metrics().contains("tcptune_agent_pods") }) else {
            throw TestSupportError("the agent doesn't come up")
        }
        return agent
    }

    /// What is attached, as `status` has it.
    struct Attached: Decodable {
        /// With a slash before it.
        let cgroup: String
        let cgroupID: UInt64
        let pod: String?
        let profile: String
        let state: String
        let programID: Int
        let appliedAt: Int
    }

    func attached() throws -> [Attached] {
        try JSONDecoder().decode(
            [Attached].self, from: Data(tcptune("status", "--output", "json").utf8))
    }

    /// Profiles by pods' names, of what `status` has written.
    static func profiles(_ status: String) throws -> [String: String] {
        let all = try JSONDecoder().decode([Attached].self, from: Data(status.utf8))
        return Dictionary(
            all.filter { $0.state == "active" }.map { ($0.pod ?? $0.cgroup, $0.profile) },
            uniquingKeysWith: { $1 })
    }

    /// Waits for what is attached: profiles by pods' names, without those of directories as such.
    func eventuallyHas(_ profiles: [String: String]) throws -> Bool {
        try eventually(within: .seconds(10)) {
            try Self.profiles(tcptune("status", "--output", "json")) == profiles
        }
    }

    /// The controller that a connection from a pod gets.
    func controller(inPod number: Int) throws -> String {
        let server = try TCPServer()
        let connection = try TCPConnection.connect(
            Placement(cgroup: path(ofPod: number)), to: server.address, port: server.port)
        return try connection.options.congestionControl
    }
}
