import Host
import SystemPackage

/// The pods that the cgroup v2 hierarchy shows, without asking a container runtime.
package struct CgroupTree: Sendable {
    /// Where the kubelet keeps pods' logs, and with them their names.
    package static let logDirectory: FilePath = "/var/log/pods"

    private let hierarchy: CgroupHierarchy
    private let logDirectory: FilePath

    package init(_ hierarchy: CgroupHierarchy, logDirectory: FilePath = Self.logDirectory) {
        self.hierarchy = hierarchy
        self.logDirectory = logDirectory
    }

    /// By namespace and name, those without names last.
    ///
    /// An empty directory of a pod counts as one that has ended: the kubelet removes it a little
    /// later than the runtime removes its containers'.
    ///
    /// - Parameter isBrief: for who asks often: what runs isn't looked at, and pods inside of pods are
    ///   left out.
    package func pods(isBrief: Bool = false) throws(HostError) -> [Pod] {
        let names = try names()
        var pods: [Pod] = []
        func walk(_ cgroup: Cgroup, _ children: [Cgroup]) {
            let directory = PodDirectory(path: cgroup.name)
            if let directory {
                let log = names[directory.uid]
                let containers = children.compactMap { container($0, isBrief) }
                pods.append(
                    Pod(
                        namespace: log?.namespace, name: log?.name, uid: directory.uid,
                        qos: directory.qos, cgroup: cgroup, containers: containers,
                        isReady: containers.contains(where: \.isRunning)))
            }
            guard directory == nil || !isBrief else { return }
            // One that is gone meanwhile has nothing below it.
            for child in children { walk(child, (try? child.children()) ?? []) }
        }
        try walk(hierarchy.root, hierarchy.root.children())
        return pods.sorted(by: Pod.isInOrder)
    }

    private func container(_ cgroup: Cgroup, _ isBrief: Bool) -> Pod.Container? {
        let name = cgroup.name.split(separator: "/").last ?? ""
        return ContainerDirectory.id(of: name).map {
            Pod.Container(id: $0, name: nil, isRunning: !isBrief && cgroup.isPopulated)
        }
    }

    /// By UID. Without the directory there are no names.
    private func names() throws(HostError) -> [String: PodLogDirectory] {
        var names: [String: PodLogDirectory] = [:]
        do throws(HostError) {
            for entry in try Files.entries(in: logDirectory, what: "cannot list the pods' logs") {
                if let log = PodLogDirectory(entry.name) { names[log.uid] = log }
            }
        } catch let error where error.errno == .noSuchFileOrDirectory {}
        return names
    }
}

extension Cgroup {
    /// Whether there are processes in it or below.
    fileprivate var isPopulated: Bool {
        let events = try? Files.bytes(path.appending("cgroup.events"), what: "")
        return events.map { String(decoding: $0, as: UTF8.self).contains("populated 1") } ?? false
    }
}

extension Pod {
    /// By namespace, name and UID; what has no names comes last.
    static func isInOrder(_ left: Pod, _ right: Pod) -> Bool {
        func key(_ pod: Pod) -> (Int, String, String, String) {
            (pod.name == nil ? 1 : 0, pod.namespace ?? "", pod.name ?? "", pod.uid)
        }
        return key(left) < key(right)
    }
}
