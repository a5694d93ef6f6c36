import Profiles
import Tuner

/// A profile on a cgroup that carries a type of header option.
struct HeaderOptionUse {
    let cgroup: String
    let profile: String

    /// Of all that is applied; none where the state can't be read.
    static func all() -> [HeaderOptionType: [HeaderOptionUse]] {
        let attachments = (try? Tuner().attachments()) ?? []
        var uses: [HeaderOptionType: [HeaderOptionUse]] = [:]
        for attachment in attachments where attachment.state == .active {
            let text = attachment.profileText
            guard let profile = try? ProfileParser.parse(text, file: attachment.profile) else {
                continue
            }
            for type in Set(profile.headerOptions.map(\.type)) {
                uses[type, default: []].append(
                    HeaderOptionUse(
                        cgroup: "/" + attachment.cgroup, profile: attachment.profile))
            }
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
