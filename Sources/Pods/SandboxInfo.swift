import FoundationEssentials

/// What a runtime tells of a sandbox beyond CRI's messages: the JSON in a verbose status' `info`,
/// as containerd and CRI-O have it.
struct SandboxInfo: Decodable {
    /// In the runtime's pid namespace; 0 or nil: no process, as with CRI-O, which saves it.
    let pid: Int32?
    private let config: Config?
    private let runtimeSpec: RuntimeSpec?

    /// The last part of the path of the pod's directory, which is the containers' parent.
    var podDirectory: String? {
        let parent =
            config?.linux?.cgroupParent
            // systemd's form has the slice first: SLICE:PREFIX:ID.
            ?? runtimeSpec?.linux?.cgroupsPath.flatMap { path in
                path.contains(":")
                    ? path.split(separator: ":").first.map(String.init)
                    : path.split(separator: "/").dropLast().last.map(String.init)
            }
        return parent?.split(separator: "/").last.map(String.init)
    }

    /// Nil for what isn't understood: the cgroup tree is asked then.
    init?(_ info: [String: String]) {
        guard let text = info["info"],
            let decoded = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
        else { return nil }
        self = decoded
    }

    private struct Config: Decodable {
        struct Linux: Decodable {
            let cgroupParent: String?

            enum CodingKeys: String, CodingKey { case cgroupParent = "cgroup_parent" }
        }

        let linux: Linux?
    }

    private struct RuntimeSpec: Decodable {
        struct Linux: Decodable { let cgroupsPath: String? }
        let linux: Linux?
    }
}
