import CShim
import Host
import SystemPackage

/// Where a socket or a process is made: in a cgroup, in a network namespace, or where this process is.
package struct Placement: Sendable {
    package var cgroup: FilePath?
    package var namespace: FilePath?

    package init(cgroup: FilePath? = nil, namespace: FilePath? = nil) {
        self.cgroup = cgroup
        self.namespace = namespace
    }

    package static let here = Placement()

    /// Lends both as the shim takes them.
    func withDescriptors<Result>(
        _ body: (inout cshim_placement) throws -> Result
    ) throws -> Result {
        let what = "cannot open the placement"
        // Without one, any descriptor takes its place and is not looked at.
        let cgroupFile = try OwnedDescriptor.open(cgroup ?? "/dev/null", what: what)
        let namespaceFile = try OwnedDescriptor.open(namespace ?? "/dev/null", what: what)
        var placement = cshim_placement(
            cgroup_fd: cgroup == nil ? -1 : cgroupFile.raw.rawValue,
            netns_fd: namespace == nil ? -1 : namespaceFile.raw.rawValue)
        return try body(&placement)
    }

    /// Unconnected TCP sockets that belong to the cgroup and the namespace.
    func sockets(_ count: Int, family: CInt) throws -> [CInt] {
        try withDescriptors { placement in
            try [CInt](unsafeUninitializedCapacity: count) { space, made in
                try shim(
                    "cannot make sockets",
                    cshim_sockets_in(&placement, family, space.baseAddress, count))
                made = count
            }
        }
    }
}
