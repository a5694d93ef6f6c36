import Host

/// A pod of this node.
package struct Pod: Sendable, Hashable {
    package struct Container: Sendable, Hashable {
        package let id: String
        /// Nil where only the cgroup tree was asked.
        package let name: String?
        /// Whether its processes run.
        package let isRunning: Bool

        package init(id: String, name: String?, isRunning: Bool) {
            self.id = id
            self.name = name
            self.isRunning = isRunning
        }
    }

    /// Nil where nothing on this node tells the names.
    package var namespace: String?
    package var name: String?
    package let uid: String
    package var qos: PodQoS?
    /// What holds all its containers, through restarts; nil for a pod that has ended, or has none
    /// in the v2 hierarchy.
    package var cgroup: Cgroup?
    /// By name, then id.
    package var containers: [Container]
    /// Whether its sandbox is up.
    package var isReady: Bool
    /// The runtime's id of its sandbox; nil where only the cgroup tree was asked.
    package var sandbox: String?
    /// The sandbox's process, as this host numbers it; nil: it has none, or it isn't known.
    package var pid: Int32?
    /// Nil where only the cgroup tree was asked, which doesn't have them.
    package var labels: [String: String]?
    package var annotations: [String: String]?

    /// NAMESPACE/NAME, or the UID where the names aren't known.
    package var title: String {
        guard let namespace, let name else { return uid }
        return namespace + "/" + name
    }
}
