/// A pod's directory in the cgroup tree, as the kubelet names it; pure.
///
/// The cgroupfs driver makes `kubepods[/QOS]/podUID`, the systemd driver
/// `kubepods.slice[/kubepods-QOS.slice]/kubepods[-QOS]-podUID.slice`. Guaranteed pods have no level
/// for the QoS. Before it there may be anything: a node in a container, and the kubelet's
/// `--cgroup-root`, which systemd has in the slices' names, too.
package struct PodDirectory: Sendable, Hashable {
    package enum Driver: String, Sendable {
        case cgroupfs, systemd
    }

    package let uid: String
    package let qos: PodQoS
    package let driver: Driver

    /// Of a pod's directory itself; nil for any other path, those below a pod's among them.
    package init?(path: String) {
        self.init(components: path.split(separator: "/").map(String.init)[...])
    }

    private init?(components: ArraySlice<String>) {
        guard let last = components.last else { return nil }
        let parents = components.dropLast()
        if last.hasSuffix(Self.slice) {
            self.init(slice: last.dropLast(Self.slice.count), in: parents.last)
        } else {
            self.init(directory: last, in: parents)
        }
    }

    /// The innermost pod's directory at a path or above it, with the pod: a node's pods may hold
    /// nodes with pods.
    package static func innermost(
        in path: String
    ) -> (path: String, pod: PodDirectory)? {
        var components = path.split(separator: "/").map(String.init)[...]
        while !components.isEmpty {
            if let pod = PodDirectory(components: components) {
                return (components.joined(separator: "/"), pod)
            }
            components.removeLast()
        }
        return nil
    }

    private static let slice = ".slice"
    private static let root = "kubepods"

    /// cgroupfs: `kubepods/podUID`, `kubepods/burstable/podUID`.
    private init?(directory: String, in parents: ArraySlice<String>) {
        guard directory.hasPrefix("pod"), let parent = parents.last else { return nil }
        let uid = directory.dropFirst(3)
        guard Self.isUID(uid, dash: "-") else { return nil }
        if parent == Self.root {
            qos = .guaranteed
        } else if parents.dropLast().last == Self.root, let level = Self.level(parent) {
            qos = level
        } else {
            return nil
        }
        self.uid = String(uid)
        driver = .cgroupfs
    }

    /// systemd: a slice's name is that of the slice it is in, a dash, and its own part; dashes of
    /// the part are underscores.
    private init?(slice name: Substring, in parent: String?) {
        guard let parent, parent.hasSuffix(Self.slice),
            let dash = name.lastIndex(of: "-"), name[name.index(after: dash)...].hasPrefix("pod"),
            parent.dropLast(Self.slice.count) == name[..<dash]
        else { return nil }
        let uid = name[name.index(dash, offsetBy: 4)...]
        guard Self.isUID(uid, dash: "_") else { return nil }
        let levels = name[..<dash].split(separator: "-")
        if levels.last == Self.root[...] {
            qos = .guaranteed
        } else if levels.dropLast().last == Self.root[...], let level = Self.level(levels.last!) {
            qos = level
        } else {
            return nil
        }
        self.uid = String(uid.map { $0 == "_" ? "-" : $0 })
        driver = .systemd
    }

    private static func level(_ name: some StringProtocol) -> PodQoS? {
        switch String(name) {
        case PodQoS.burstable.rawValue: .burstable
        case PodQoS.bestEffort.rawValue: .bestEffort
        default: nil
        }
    }

    /// A UUID, 32 hexadecimal digits for a pod of the kubelet's own, or what another tool made up.
    private static func isUID(_ text: some StringProtocol, dash: Character) -> Bool {
        !text.isEmpty
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == dash }
    }
}
