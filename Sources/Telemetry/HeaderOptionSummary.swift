import Tuner

/// What a field of a plug-in's header option said last, over an attachment's open connections.
public struct HeaderOptionSummary: Sendable {
    /// The plug-in's.
    public let option: String
    public let field: String
    /// Those whose other end has said it.
    public private(set) var connections = 0
    public private(set) var mean = 0.0
    public private(set) var maximum: UInt64 = 0

    fileprivate mutating func add(_ value: UInt64) {
        connections += 1
        mean += (Double(value) - mean) / Double(connections)
        maximum = max(maximum, value)
    }
}

extension Telemetry {
    /// Of some attachments, in their order: all fields that their plug-ins declare.
    public func headerOptionSummaries(
        of attachments: [Attachment]
    ) throws(TunerError) -> [[HeaderOptionSummary]] {
        var summaries = attachments.map { attachment in
            attachment.optionPlugins.flatMap { plugin in
                plugin.fields.map { HeaderOptionSummary(option: plugin.name, field: $0.name) }
            }
        }
        guard summaries.contains(where: { !$0.isEmpty }) else { return summaries }
        let places = Dictionary(
            attachments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        try forEachConnectionInDetail(of: attachments) { detail in
            guard let place = places[detail.attachment.id] else { return }
            for value in detail.optionValues {
                for field in value.fields {
                    let index = summaries[place].firstIndex {
                        $0.option == value.option && $0.field == field.name
                    }
                    if let index { summaries[place][index].add(field.value) }
                }
            }
        }
        return summaries
    }
}
