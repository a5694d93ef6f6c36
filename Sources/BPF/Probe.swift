/// Whether the kernel has a feature, found out by using it.
package enum Probe: Equatable, Sendable {
    case supported
    /// With what the kernel answered.
    case unsupported(BPFError)

    /// Tries `body`: what it throws means that the feature is missing, except for a lack of
    /// privilege or memory, which says nothing about the kernel and is thrown on.
    package static func trying(_ body: () throws(BPFError) -> Void) throws(BPFError) -> Probe {
        do {
            try body()
            return .supported
        } catch {
            if error.code == .permission || error.code == .noSpace { throw error }
            return .unsupported(error)
        }
    }

    package var isSupported: Bool { self == .supported }
}
