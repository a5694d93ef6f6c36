/// A pod's directory in `/var/log/pods`, where the kubelet has the names of pods: pure.
package struct PodLogDirectory: Sendable, Hashable {
    package let namespace: String
    package let name: String
    package let uid: String

    /// From `NAMESPACE_NAME_UID`, none of which can have an underscore; nil for anything else.
    package init?(_ directory: String) {
        let parts = directory.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        namespace = String(parts[0])
        name = String(parts[1])
        uid = String(parts[2])
    }
}
