import Profiles
import Tuner

/// A profile on a cgroup that carries a type of header option.
struct HeaderOptionUse {
    let cgroup: String
    let profile: String

    /// Of all that is applied, by type; none where the state can't be read.
    static func all() -> [HeaderOptionType: [HeaderOptionUse]] {
        grouped { attachment in
            let text = attachment.profileText
            let profile = try? ProfileParser.parse(text, file: attachment.profile)
            return Set((profile?.headerOptions ?? []).map(\.type))
        }
    }

    /// The same of plug-ins, by name.
    static func plugins() -> [String: [HeaderOptionUse]] {
        grouped { Set($0.optionPlugins.map(\.name)) }
    }

    private static func grouped<Key>(
        _ keys: (Attachment) -> Set<Key>
    ) -> [Key: [HeaderOptionUse]] {
        var uses: [Key: [HeaderOptionUse]] = [:]
        for attachment in (try? Tuner().attachments()) ?? [] where attachment.state == .active {
            let use = HeaderOptionUse(
                cgroup: "/" + attachment.cgroup, profile: attachment.profile)
            for key in keys(attachment) { uses[key, default: []].append(use) }
        }
        return uses
    }

    /// The profiles, each with its cgroup or how many it is on.
    static func words(_ uses: [HeaderOptionUse]) -> String {
        guard !uses.isEmpty else { return Format.none }
        return Dictionary(grouping: uses, by: \.profile).sorted { $0.key < $1.key }
            .map { $1.count == 1 ? $1[0].words : "\($0) on \($1.count) cgroups" }
            .joined(separator: ", ")
    }

    var words: String { "\(profile) on \(cgroup)" }

    var json: JSON { .object(["cgroup": .string(cgroup), "profile": .string(profile)]) }
}
