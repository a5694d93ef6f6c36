import Profiles
import Telemetry
import Tuner

/// How a profile calls its header options, by their place in the kernel's counters.
struct HeaderOptionNames {
    /// With their place; those that the profile has, in its order.
    let all: [(index: Int, name: String)]

    init(_ attachment: Attachment) {
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
    func names(_ indices: [Int]) -> [String] {
        all.filter { indices.contains($0.index) }.map(\.name)
    }
}

extension HeaderOptionCounts {
    /// As `stats --output json` has them.
    func json(_ names: HeaderOptionNames) -> JSON {
        .object([
            "options": .object(
                Dictionary(
                    names.all.map { index, name in
                        (
                            name,
                            JSON.object([
                                "sent": .unsigned(sent(index)),
                                "received": .unsigned(received(index)),
                                "skippedNoSpace": .unsigned(skipped(index)),
                            ])
                        )
                    }, uniquingKeysWith: { first, _ in first })),
            "offered": .unsigned(offered),
            "negotiated": .unsigned(negotiated),
            "unanswered": .unsigned(unanswered),
            "fallbacks": .unsigned(fallbacks),
            "withheld": .unsigned(withheld),
            "abandoned": .unsigned(abandoned),
            "resent": .unsigned(resent),
            "unknownVersion": .unsigned(unknownVersion),
            "malformed": .unsigned(malformed),
        ])
    }
}
