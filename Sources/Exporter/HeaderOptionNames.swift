import Profiles
import Tuner

/// How a profile calls its header options, by their place in the kernel's counters.
package struct HeaderOptionNames {
    /// With their place; those that the profile has, in its order.
    package let all: [(index: Int, name: String)]

    package init(_ attachment: Attachment) {
        guard attachment.hasHeaderOptions,
            let profile = try? ProfileParser.parse(attachment.profileText, file: "")
        else {
            all = []
            return
        }
        var raw = 4
        all = profile.headerOptions.map { option in
            switch option.kind {
            case .telemetry: return (0, "telemetry")
            case .identity: return (1, "identity")
            case .delayedACK: return (2, "delayed-ack")
            case .userTimeout: return (3, "user-timeout")
            case .raw(let id, _, _, _):
                raw += 1
                return (raw - 1, "raw \(id)")
            case .plugin(let name, _, _):
                raw += 1
                return (raw - 1, name)
            }
        }
    }

    /// Those at some places.
    package func names(_ indices: [Int]) -> [String] {
        all.filter { indices.contains($0.index) }.map(\.name)
    }
}
