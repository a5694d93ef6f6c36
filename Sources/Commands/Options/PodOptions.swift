import ArgumentParser
import Host
import Pods
import SystemPackage

/// How pods are found; the same for every command.
struct PodOptions: ParsableArguments {
    @Option(
        name: .customLong("cri-endpoint"),
        help: ArgumentHelp(
            "The container runtime's socket, instead of the first of the usual ones.",
            valueName: "path"))
    var endpoint: String?

    /// This node's pods. What is known without a runtime is less, so that is announced.
    func list(announcing: Bool = true) throws -> NodePods.List {
        let hierarchy = try CgroupHierarchy.discover()
        let scheme = "unix://"
        let path = endpoint.map { $0.hasPrefix(scheme) ? String($0.dropFirst(scheme.count)) : $0 }
        let endpoints = path.map { [FilePath($0)] } ?? ContainerRuntime.endpoints
        let list = try NodePods(hierarchy, endpoints: endpoints).list()
        if announcing, let reason = list.reason {
            Console.error("pods are from the cgroup tree alone, without labels: \(reason)")
        }
        return list
    }
}
