import Exporter
import Telemetry

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
