import Telemetry

/// What a plug-in's option said, for people and as JSON.
extension HeaderOptionValue {
    /// `unsent 1448 bytes, hops 3`.
    var words: String {
        fields.map { "\($0.name) \($0.value)" + ($0.unit.isEmpty ? "" : " \($0.unit)") }
            .joined(separator: ", ")
    }

    /// Milliseconds since it came, from CLOCK_MONOTONIC in nanoseconds.
    func age(_ now: UInt64) -> UInt64 { (now - min(now, heardAt)) / 1_000_000 }

    /// By option.
    static func json(_ values: [HeaderOptionValue], now: UInt64) -> JSON {
        .object(
            Dictionary(
                values.map { value in
                    (
                        value.option,
                        JSON.object([
                            "ageMilliseconds": .unsigned(value.age(now)),
                            "fields": .object(
                                Dictionary(
                                    value.fields.map { ($0.name, JSON.unsigned($0.value)) },
                                    uniquingKeysWith: { first, _ in first })),
                        ])
                    )
                }, uniquingKeysWith: { first, _ in first }))
    }
}
