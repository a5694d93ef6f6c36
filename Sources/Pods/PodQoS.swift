/// The quality of service that Kubernetes gives a pod, which is where its cgroup is.
package enum PodQoS: String, Sendable, Hashable, CaseIterable {
    case guaranteed, burstable
    case bestEffort = "besteffort"
}
