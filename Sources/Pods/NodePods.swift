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

    /// - Parameters:
    ///   - previous: an earlier list: what a sandbox keeps as long as it lives is taken from there.
    ///   - isBrief: for who asks often: a runtime's pods are without their containers, and of the
    ///     tree's it isn't known what runs.
    package func list(after previous: List? = nil, isBrief: Bool = false) throws(HostError) -> List
    {
        var failures: [GRPCError] = []
        var empty: List?
        for endpoint in endpoints {
            do throws(GRPCError) {
                let runtime = try ContainerRuntime(at: endpoint, timeout: timeout)
                let list = try list(runtime, previous, isBrief)
                if !list.pods.isEmpty { return list }
                empty = empty ?? list
            } catch {
                failures.append(error)
            }
        }
        if let empty { return empty }
        let telling = failures.filter { $0.code != .noSocket || endpoints.count == 1 }
        return List(
            pods: try tree.pods(isBrief: isBrief), runtime: nil,
            reason: telling.isEmpty
                ? "no container runtime's socket at "
                    + endpoints.map(\.string).joined(separator: ", ")
                : telling.map(\.description).joined(separator: "; "))
    }

    private func list(
        _ runtime: consuming ContainerRuntime, _ previous: List?, _ isBrief: Bool
    ) throws(GRPCError) -> List {
        let sandboxes = try runtime.sandboxes()
        let containers = isBrief ? [:] : try runtime.containers()
        let known = Dictionary(
            (previous?.pods ?? []).map { ($0.sandbox, $0) }, uniquingKeysWith: { $1 })
        var inTree: [String: Cgroup]?
        var pods: [Pod] = []
        for sandbox in sandboxes {
            var pod = Pod(
                namespace: sandbox.namespace, name: sandbox.name, uid: sandbox.uid,
                containers: containers[sandbox.id] ?? [], isReady: sandbox.isReady,
                sandbox: sandbox.id, labels: sandbox.labels, annotations: sandbox.annotations)
            if !sandbox.isReady {
                // It has ended.
            } else if let before = known[sandbox.id], before.cgroup?.exists() == true {
                (pod.cgroup, pod.pid) = (before.cgroup, before.pid)
            } else if let info = try runtime.info(of: sandbox.id),
                let cgroup = self.cgroup(of: sandbox, info)
            {
                (pod.cgroup, pod.pid) = (cgroup, info.pid)
            } else {
                let tree = inTree ?? cgroupsInTree()
                inTree = tree
                pod.cgroup = tree[sandbox.uid]
            }
            pod.qos = pod.cgroup.flatMap { PodDirectory(path: $0.name)?.qos }
            pods.append(pod)
        }
        return List(pods: pods.sorted(by: Pod.isInOrder), runtime: runtime.name, reason: nil)
    }

    /// By UID. A hierarchy that can't be listed has none.
    private func cgroupsInTree() -> [String: Cgroup] {
        let pods = (try? tree.pods()) ?? []
        return Dictionary(
            pods.compactMap { pod in pod.cgroup.map { (pod.uid, $0) } }, uniquingKeysWith: { $1 })
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
