import Host
import SystemPackage

/// Watches the cgroup tree for pods that come and go.
///
/// All directories outside of pods are watched, because those of pods may appear anywhere. A pod's is
/// watched until its sandbox has a directory in it: that is when the runtime starts it.
struct PodTree: ~Copyable {
    private static let kinds: Inotify.Kind = [.appeared, .vanished]

    private let hierarchy: CgroupHierarchy
    private var inotify: Inotify
    /// Below the mount.
    private var names: [Inotify.Watch: String] = [:]
    private var watches: [String: Inotify.Watch] = [:]

    private init(_ hierarchy: CgroupHierarchy, _ inotify: consuming Inotify) {
        self.hierarchy = hierarchy
        self.inotify = inotify
    }

    static func watching(_ hierarchy: CgroupHierarchy) throws(HostError) -> PodTree {
        var tree = PodTree(hierarchy, try Inotify())
        _ = try tree.add("")
        return tree
    }

    var descriptor: FileDescriptor { inotify.descriptor }

    /// Whether pods have come, begun to start, or gone since. Doesn't wait.
    mutating func hasChanged() throws(HostError) -> Bool {
        var hasChanged = false
        for event in try inotify.events() {
            switch event {
            case .happened(let kind, let child, let watch):
                guard let parent = names[watch] else { continue }
                let name = parent.isEmpty ? child : parent + "/" + child
                if !kind.isDisjoint(with: .vanished) {
                    remove(name)
                    if PodDirectory(path: name) != nil { hasChanged = true }
                } else if !kind.isDisjoint(with: .appeared) {
                    if PodDirectory(path: parent) == nil {
                        if try add(name) { hasChanged = true }
                    } else if ContainerDirectory.id(of: child) != nil {
                        remove(parent)
                        hasChanged = true
                    }
                }
            case .overflow:
                self = try Self.watching(hierarchy)
                return true
            }
        }
        return hasChanged
    }

    /// Watches a directory and those below; whether there are pods.
    private mutating func add(_ name: String) throws(HostError) -> Bool {
        let path = hierarchy.mountPoint.pushing(FilePath(name))
        let isPod = PodDirectory(path: name) != nil
        let children: [String]
        do throws(HostError) {
            // First, so that nothing is missed that is made meanwhile.
            let watch = try inotify.watch(path, for: Self.kinds)
            names[watch] = name
            watches[name] = watch
            children = try Files.entries(in: path, what: "cannot list the cgroup")
                .filter(\.isDirectory).map(\.name)
        } catch let error where error.isGone {
            remove(name)
            return isPod
        }
        if isPod {
            if children.contains(where: { ContainerDirectory.id(of: $0) != nil }) { remove(name) }
            return true
        }
        var hasPods = false
        for child in children {
            if try add(name.isEmpty ? child : name + "/" + child) { hasPods = true }
        }
        return hasPods
    }

    /// Those below went before.
    private mutating func remove(_ name: String) {
        guard let watch = watches.removeValue(forKey: name) else { return }
        names[watch] = nil
        inotify.unwatch(watch)
    }
}
