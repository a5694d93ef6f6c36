import GRPC
import Host
import SystemPackage

/// The pods of this node: from the container runtime, or where that can't be asked from the cgroup
/// tree alone.
package struct NodePods: Sendable {
    /// What could be found out.
    package struct List: Sendable {
        /// By namespace and name.
        package let pods: [Pod]
        /// The runtime that was asked, such as `containerd 1.6.20`; nil: the cgroup tree.
        package let runtime: String?
        /// Why no runtime was asked.
        package let reason: String?
    }

    private let hierarchy: CgroupHierarchy
    private let tree: CgroupTree
    private let endpoints: [FilePath]
    private let timeout: Duration

    /// - Parameter endpoints: sockets of runtimes, of which the first that knows pods counts.
    /// - Parameter timeout: of each call to a runtime.
    package init(
        _ hierarchy: CgroupHierarchy, endpoints: [FilePath] = ContainerRuntime.endpoints,
        logDirectory: FilePath = CgroupTree.logDirectory, timeout: Duration = .seconds(3)
    ) {
        self.hierarchy = hierarchy
        self.endpoints = endpoints
        self.timeout = timeout
        tree = CgroupTree(hierarchy, logDirectory: logDirectory)
    }

    package func list() throws(HostError) -> List {
        var failures: [GRPCError] = []
        var empty: List?
        for endpoint in endpoints {
            do throws(GRPCError) {
                let runtime = try ContainerRuntime(at: endpoint, timeout: timeout)
                let list = try list(runtime)
                if !list.pods.isEmpty { return list }
                empty = empty ?? list
            } catch {
                failures.append(error)
            }
        }
        if let empty { return empty }
        let telling = failures.filter { $0.code != .noSocket || endpoints.count == 1 }
        return List(
            pods: try tree.pods(), runtime: nil,
            reason: telling.isEmpty
                ? "no container runtime's socket at "
                    + endpoints.map(\.string).joined(separator: ", ")
                : telling.map(\.description).joined(separator: "; "))
    }

    private func list(_ runtime: consuming ContainerRuntime) throws(GRPCError) -> List {
        let sandboxes = try runtime.sandboxes()
        let containers = try runtime.containers()
        // A hierarchy that can't be listed has no more to say.
        let inTree = Dictionary(
            ((try? tree.pods()) ?? []).map { ($0.uid, $0.cgroup) }, uniquingKeysWith: { $1 })
        var pods: [Pod] = []
        for sandbox in sandboxes {
            let info = sandbox.isReady ? try runtime.info(of: sandbox.id) : nil
            let known = info.flatMap { self.cgroup(of: sandbox, $0) }
            let cgroup = known ?? inTree[sandbox.uid].flatMap { $0 }
            pods.append(
                Pod(
                    namespace: sandbox.namespace, name: sandbox.name, uid: sandbox.uid,
                    qos: cgroup.flatMap { PodDirectory(path: $0.name)?.qos }, cgroup: cgroup,
                    containers: containers[sandbox.id] ?? [], isReady: sandbox.isReady,
                    sandbox: sandbox.id, pid: known == nil ? nil : info?.pid,
                    labels: sandbox.labels, annotations: sandbox.annotations))
        }
        return List(pods: pods.sorted(by: Pod.isInOrder), runtime: runtime.name, reason: nil)
    }

    /// From the sandbox's process up to the pod's directory: what the runtime calls the path may be
    /// inside a node's own cgroup namespace.
    private func cgroup(of sandbox: CRI.Sandbox, _ info: SandboxInfo) -> Cgroup? {
        guard let pid = info.pid, pid > 0, let inner = try? hierarchy.cgroup(pid: pid) else {
            return nil
        }
        if let (path, pod) = PodDirectory.innermost(in: inner.name) {
            // Another pod's: the number is another process's here.
            return pod.uid == sandbox.uid ? try? hierarchy.cgroup(at: path) : nil
        }
        // No kubelet made it.
        let components = inner.name.split(separator: "/")
        guard let parent = info.podDirectory,
            let place = components.dropLast().lastIndex(of: parent[...])
        else { return nil }
        return try? hierarchy.cgroup(at: components[...place].joined(separator: "/"))
    }
}
