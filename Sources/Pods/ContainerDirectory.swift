/// A container's directory in a pod's, as container runtimes name it; pure.
///
/// containerd: `ID`, `cri-containerd-ID.scope`; CRI-O: `crio-ID`, `crio-ID.scope`; Docker with
/// cri-dockerd: `ID`, `docker-ID.scope`. The sandbox's own container looks the same.
package enum ContainerDirectory {
    /// The container's id; nil for a directory that is none, such as CRI-O's monitors.
    package static func id(of name: some StringProtocol) -> String? {
        var rest = String(name)
        if rest.hasSuffix(".scope") { rest.removeLast(6) }
        for prefix in ["cri-containerd-", "crio-", "docker-"] where rest.hasPrefix(prefix) {
            rest.removeFirst(prefix.count)
            break
        }
        return rest.utf8.count == 64 && rest.utf8.allSatisfy(isHexadecimal) ? rest : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
