import Profiles
import Telemetry
import Tuner

/// Names for what identity options tell, as far as this host knows them.
package struct PeerNames {
    private let workloads: [UInt32: String]
    private let profiles: [UInt32: String]

    /// None: what is told stays a number.
    package init() {
        workloads = [:]
        profiles = [:]
    }

    /// Those of the cgroups with a profile, and of the profiles that can be found here.
    package init(_ attachments: [Attachment]) {
        let pods = Set(attachments.compactMap(\.pod))
        workloads = Self.table(attachments.map { $0.pod ?? $0.cgroup }) {
            pods.contains($0) ? $0 : "/" + $0
        }
        let catalog = (try? ProfileCatalog().names()) ?? []
        profiles = Self.table(catalog + attachments.map(\.profile)) { $0 }
    }

    private static func table(
        _ names: [String], _ shown: (String) -> String
    ) -> [UInt32: String] {
        Dictionary(
            names.map { (HeaderOption.identity(of: $0), shown($0)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Nil: not told.
    package func workload(_ identity: PeerIdentity) -> String? {
        name(identity.workload, workloads, identity)
    }

    /// Nil: not told.
    package func profile(_ identity: PeerIdentity) -> String? {
        name(identity.profile, profiles, identity)
    }

    private func name(
        _ hash: UInt32, _ table: [UInt32: String], _ identity: PeerIdentity
    ) -> String? {
        if identity.isRest { return "others" }
        guard hash != 0 else { return nil }
        return table[hash] ?? hexadecimal(hash)
    }
}
