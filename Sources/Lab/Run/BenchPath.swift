import LinkModel
import Workloads

/// What a benchmark's traffic goes over.
package enum BenchPath: Sendable {
    case emulated(LinkSpec, text: String)
    /// To where `tcptune bench serve` listens.
    case real(ServerAddress)

    var link: LinkSpec? { if case .emulated(let link, _) = self { link } else { nil } }
    var server: ServerAddress? { if case .real(let server) = self { server } else { nil } }

    /// As it was asked for.
    var text: String {
        switch self {
        case .emulated(_, let text): text
        case .real(let server): "\(server)"
        }
    }
}
