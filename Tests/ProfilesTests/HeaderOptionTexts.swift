/// Elements of `headerOptions`, as they are written.
enum HeaderOptionTexts {
    static func profile(_ option: String) -> String { profile([option]) }

    static func profile(_ options: [String]) -> String {
        profileText(
            spec: "  headerOptions:\n" + options.map { "    - \($0)" }.joined(separator: "\n"))
    }

    static let accepted = [
        "{ type: telemetry }",
        "{ type: telemetry, every: rtt }",
        "{ type: telemetry, peers: [10.0.0.0/8, 'fd00::/8'], every: segment }",
        "{ type: telemetry, every: 1ms }",
        "{ type: telemetry, every: 1h }",
        "{ type: telemetry, every: 1 }",
        "{ type: telemetry, every: 1000000 }",
        "{ type: identity, value: { pod: true } }",
        "{ type: identity, value: { pod: true, profile: true } }",
        "{ type: identity, value: { pod: false, profile: true } }",
        "{ type: delayed-ack, maximum: 1ms }",
        "{ type: delayed-ack, maximum: 0.2s }",
        "{ type: user-timeout, value: 1s }",
        "{ type: user-timeout, value: 32767min }",
        "{ type: raw, exid: 0xABCD, on: [syn] }",
        "{ type: raw, exid: 0x0, on: [synack] }",
        "{ type: raw, exid: 43981, on: [data] }",
        "{ type: raw, exid: '0xabcd', value: 'hex:01 02 03', on: [syn, synack, data, fin] }",
        "{ type: raw, exid: 0x1234, value: 'hex:', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 'text:', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 'text:é a', on: [fin, fin] }",
        "{ type: raw, kind: 200, value: 'hex:0102', on: [data], every: 10 }",
        "{ type: raw, kind: 9, on: [syn], peers: [10.0.0.1] }",
    ]

    /// What a schema can see.
    static let misshapen = [
        "{}", "telemetry", "{ every: rtt }", "{ type: }", "{ type: [raw] }", "{ type: telemtry }",
        "{ type: telemetry, value: 1 }",
        "{ type: telemetry, every: often }", "{ type: telemetry, every: 0 }",
        "{ type: telemetry, every: 10 ms }", "{ type: telemetry, every: true }",
        "{ type: telemetry, every: 1000001 }", "{ type: telemetry, peers: [] }",
        "{ type: telemetry, peers: 10.0.0.0/8 }", "{ type: telemetry, peers: [localhost] }",
        "{ type: identity }", "{ type: identity, value: {} }", "{ type: identity, value: pod }",
        "{ type: identity, value: { pod: 1 } }", "{ type: identity, value: { host: true } }",
        "{ type: delayed-ack }", "{ type: delayed-ack, maximum: 5 }",
        "{ type: user-timeout }", "{ type: user-timeout, value: 30 }",
        "{ type: user-timeout, value: 30x }",
        "{ type: raw, exid: 0x1234 }", "{ type: raw, exid: 0x1234, on: [] }",
        "{ type: raw, exid: 0x1234, on: syn }", "{ type: raw, exid: 0x1234, on: [ack] }",
        "{ type: raw, exid: 0x12345, on: [syn] }", "{ type: raw, exid: -1, on: [syn] }",
        "{ type: raw, exid: ABCD, on: [syn] }", "{ type: raw, exid: '0x', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 'hex:0', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 'hex:0 1', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 'hex:0g', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: '0102', on: [syn] }",
        "{ type: raw, exid: 0x1234, value: 1, on: [syn] }",
        "{ type: raw, kind: 256, on: [syn] }", "{ type: raw, kind: 0x10, on: syn }",
    ]
}
