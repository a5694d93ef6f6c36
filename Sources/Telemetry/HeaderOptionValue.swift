import CTcptuneABI
import HeaderOptions
import Tuner

/// What a plug-in's header option said last on a connection: the fields that it declares.
public struct HeaderOptionValue: Sendable {
    /// A number, and what it is.
    public struct Field: Sendable {
        public let name: String
        /// For people; may be empty.
        public let unit: String
        public let value: UInt64
    }

    /// The plug-in's.
    public let option: String
    /// When it came: nanoseconds of CLOCK_MONOTONIC.
    public let heardAt: UInt64
    /// Those that the value reaches.
    public let fields: [Field]

    init(_ plugin: OptionPluginRecord, _ bytes: some Collection<UInt8>, heardAt: UInt64) {
        option = plugin.name
        self.heardAt = heardAt
        fields = plugin.fields.compactMap { field in
            field.value(in: bytes).map {
                Field(name: field.name, unit: field.unit, value: $0)
            }
        }
    }
}

extension HeaderOptionValue {
    /// Of the options that the connection has now: another profile may have had others.
    static func all(
        _ record: borrowing tt_connection_state_record, of plugins: [OptionPluginRecord]
    ) -> [HeaderOptionValue] {
        guard !plugins.isEmpty else { return [] }
        let offered = UInt32(record.connection.header_offered)
        return withUnsafeBytes(of: record.options) { values in
            let values = values.bindMemory(to: tt_option_value.self)
            return plugins.compactMap { plugin in
                // It is read from a pin, which another version may have written.
                guard values.indices.contains(plugin.slot) else { return nil }
                let value = values[plugin.slot]
                let bit = TT_HDR_RAW.rawValue + UInt32(plugin.slot)
                guard value.heard_ns != 0, offered & 1 << bit != 0 else { return nil }
                return withUnsafeBytes(of: value.bytes) {
                    HeaderOptionValue(
                        plugin, $0.prefix(Int(value.length)), heardAt: value.heard_ns)
                }
            }
        }
    }
}
